package bulk

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// simpleResult is the simple form of a result, as it is read. What writes it, without reflection, follows below in the same order:
// a run does so for each item.
type simpleResult struct {
	ID           string               `json:"id"`
	Content      *string              `json:"content,omitempty"`
	Reasoning    string               `json:"reasoning,omitempty"`
	ToolCalls    []simpleCall         `json:"tool_calls,omitempty"`
	FinishReason request.FinishReason `json:"finish_reason,omitempty"`
	Provider     string               `json:"provider,omitempty"`
	Model        string               `json:"model,omitempty"`
	ServiceTier  string               `json:"service_tier,omitempty"`
	Usage        *simpleUsage         `json:"usage,omitempty"`
	LatencyMS    int64                `json:"latency_ms,omitempty"`
	Warnings     []string             `json:"warnings,omitempty"`
	Error        *simpleError         `json:"error,omitempty"`
}

type simpleCall struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

type simpleUsage struct {
	InputTokens      int `json:"input_tokens"`
	CacheReadTokens  int `json:"cache_read_tokens,omitempty"`
	CacheWriteTokens int `json:"cache_write_tokens,omitempty"`
	// CacheWrite1hTokens are part of CacheWriteTokens.
	CacheWrite1hTokens int            `json:"cache_write_1h_tokens,omitempty"`
	OutputTokens       int            `json:"output_tokens"`
	ReasoningTokens    int            `json:"reasoning_tokens,omitempty"`
	AudioInputTokens   int            `json:"audio_input_tokens,omitempty"`
	ImageInputTokens   int            `json:"image_input_tokens,omitempty"`
	AudioOutputTokens  int            `json:"audio_output_tokens,omitempty"`
	ImageOutputTokens  int            `json:"image_output_tokens,omitempty"`
	Units              map[string]int `json:"units,omitempty"`
	Estimated          bool           `json:"estimated,omitempty"`
	CostUSD            *request.Money `json:"cost_usd,omitempty"`
}

type simpleError struct {
	Class     request.Class `json:"class"`
	Message   string        `json:"message"`
	Status    int           `json:"status,omitempty"`
	Code      string        `json:"code,omitempty"`
	RequestID string        `json:"request_id,omitempty"`
	// Content is what had come of the answer, Usage what that used, Provider and Model whose it was.
	Content  string       `json:"content,omitempty"`
	Provider string       `json:"provider,omitempty"`
	Model    string       `json:"model,omitempty"`
	Usage    *simpleUsage `json:"usage,omitempty"`
}

func (r *Result) writeSimple(w *jsontext.Writer) {
	w.Raw("{")
	w.Text("id", r.Item.ID)
	if r.Err == nil {
		writeAnswer(w, r.Response)
	}
	w.IntIf("latency_ms", int(r.Latency.Milliseconds()))
	switch {
	case r.Err != nil:
		w.Key("error")
		r.writeError(w)
	case len(r.Response.Warnings) > 0:
		w.Key("warnings")
		w.Raw("[")
		for _, warning := range r.Response.Warnings {
			w.Comma()
			w.String(warning.String())
		}
		w.Raw("]")
	}
	w.Raw("}")
}

func writeAnswer(w *jsontext.Writer, resp *request.Response) {
	w.Text("content", resp.Content)
	w.TextIf("reasoning", resp.Reasoning)
	if len(resp.ToolCalls) > 0 {
		w.Key("tool_calls")
		w.Raw("[")
		for _, c := range resp.ToolCalls {
			w.Comma()
			w.Raw("{")
			w.Text("id", c.ID)
			w.Text("name", c.Name)
			w.Text("arguments", c.Arguments)
			w.Raw("}")
		}
		w.Raw("]")
	}
	w.TextIf("finish_reason", string(resp.FinishReason))
	w.TextIf("provider", resp.Provider)
	w.TextIf("model", resp.Model)
	w.TextIf("service_tier", resp.ServiceTier)
	writeUsage(w, &resp.Usage)
}

func writeUsage(w *jsontext.Writer, u *request.Usage) {
	w.Key("usage")
	w.Raw("{")
	w.Key("input_tokens")
	w.Int(int64(u.InputTokens))
	w.IntIf("cache_read_tokens", u.CacheReadTokens)
	w.IntIf("cache_write_tokens", u.CacheWrite5mTokens+u.CacheWrite1hTokens)
	w.IntIf("cache_write_1h_tokens", u.CacheWrite1hTokens)
	w.Key("output_tokens")
	w.Int(int64(u.OutputTokens))
	w.IntIf("reasoning_tokens", u.ReasoningTokens)
	w.IntIf("audio_input_tokens", u.AudioInputTokens)
	w.IntIf("image_input_tokens", u.ImageInputTokens)
	w.IntIf("audio_output_tokens", u.AudioOutputTokens)
	w.IntIf("image_output_tokens", u.ImageOutputTokens)
	if len(u.Units) > 0 {
		w.Key("units")
		writeUnits(w, u.Units)
	}
	if u.Estimated {
		w.Key("estimated")
		w.Bool(true)
	}
	if u.Priced {
		w.Key("cost_usd")
		w.B = u.Cost.AppendDecimal(w.B)
	}
	w.Raw("}")
}

func writeUnits(w *jsontext.Writer, units map[string]int) {
	w.Raw("{")
	for _, name := range slices.Sorted(maps.Keys(units)) {
		w.Key(name)
		w.Int(int64(units[name]))
	}
	w.Raw("}")
}

func (r *Result) writeError(w *jsontext.Writer) {
	w.Raw("{")
	w.Text("class", string(r.Class()))
	w.Text("message", r.Err.Error())
	if e, ok := errors.AsType[*request.Error](r.Err); ok {
		w.IntIf("status", e.Status)
		w.TextIf("code", e.Code)
		w.TextIf("request_id", e.RequestID)
		if e.Partial != nil {
			writePartial(w, e.Partial)
		}
	}
	w.Raw("}")
}

func writePartial(w *jsontext.Writer, resp *request.Response) {
	w.TextIf("content", resp.Content)
	if u := &resp.Usage; u.Reported || u.Estimated {
		w.TextIf("provider", resp.Provider)
		w.TextIf("model", resp.Model)
		writeUsage(w, u)
	}
}

func (s *simpleResult) response() *request.Response {
	resp := &request.Response{
		Reasoning: s.Reasoning, FinishReason: s.FinishReason, Provider: s.Provider, Model: s.Model, ServiceTier: s.ServiceTier,
	}
	if s.Reasoning != "" {
		resp.Parts = append(resp.Parts, request.ReasoningPart{Text: s.Reasoning})
	}
	if s.Content != nil && *s.Content != "" {
		resp.Content = *s.Content
		resp.Parts = append(resp.Parts, request.TextPart{Text: *s.Content})
	}
	for _, c := range s.ToolCalls {
		call := request.ToolCall{ID: c.ID, Name: c.Name, Arguments: c.Arguments}
		resp.ToolCalls, resp.Parts = append(resp.ToolCalls, call), append(resp.Parts, call)
	}
	if s.Usage != nil {
		resp.Usage = s.Usage.usage()
	}
	for _, text := range s.Warnings {
		field, message, _ := strings.Cut(text, ": ")
		resp.Warnings = append(resp.Warnings, request.Warning{Field: field, Message: message})
	}
	return resp
}

func (u *simpleUsage) usage() request.Usage {
	out := request.Usage{
		InputTokens: u.InputTokens, CacheReadTokens: u.CacheReadTokens, CacheWrite5mTokens: u.CacheWriteTokens - u.CacheWrite1hTokens,
		CacheWrite1hTokens: u.CacheWrite1hTokens, OutputTokens: u.OutputTokens, ReasoningTokens: u.ReasoningTokens,
		AudioInputTokens: u.AudioInputTokens, ImageInputTokens: u.ImageInputTokens,
		AudioOutputTokens: u.AudioOutputTokens, ImageOutputTokens: u.ImageOutputTokens, Units: u.Units,
		Estimated: u.Estimated, Reported: !u.Estimated,
	}
	if u.CostUSD != nil {
		out.SetCost(*u.CostUSD)
	}
	return out
}
