package bulk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// Result is what became of an item: a response or an error.
type Result struct {
	Item     source.Item
	Response *request.Response
	Err      error
	// Latency is the time from sending to the end of the answer; 0 for an item that was not sent.
	Latency time.Duration

	place int // in the order of those taken in
	// Of a Job.
	key  key
	fate fate
	seq  int64 // of its outcome
}

// AppendJSON appends the result as one line, in the form that its item came in.
func (r *Result) AppendJSON(dst []byte) ([]byte, error) {
	if r.Item.Form != source.Simple {
		return r.appendBatch(dst)
	}
	return appendLine(dst, r.simple())
}

// appendLine appends a value as a line of JSON.
func appendLine(dst []byte, v any) ([]byte, error) {
	line := lines.Get().(*lineWriter)
	defer lines.Put(line)
	text, err := line.encode(v)
	return append(dst, text...), err
}

// lineWriter writes lines of JSON, and leaves <, > and & as they are: the texts are not for web pages.
type lineWriter struct {
	out     bytes.Buffer
	encoder *json.Encoder
}

var lines = sync.Pool{New: func() any {
	l := &lineWriter{}
	l.encoder = json.NewEncoder(&l.out)
	l.encoder.SetEscapeHTML(false)
	return l
}}

// encode gives the line, which is good until the next one.
func (l *lineWriter) encode(v any) ([]byte, error) {
	if l.out.Cap() > mostKept {
		l.out = bytes.Buffer{}
	}
	l.out.Reset()
	if err := l.encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	return l.out.Bytes(), nil
}

// mostKept is how much room a lineWriter keeps from one line to the next.
const mostKept = 64 << 10

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

func (r *Result) simple() *simpleResult {
	out := &simpleResult{ID: r.Item.ID, LatencyMS: r.Latency.Milliseconds()}
	if r.Err != nil {
		out.Error = r.simpleError()
		return out
	}
	resp := r.Response
	out.Content, out.Reasoning = &resp.Content, resp.Reasoning
	out.FinishReason, out.Provider, out.Model, out.ServiceTier = resp.FinishReason, resp.Provider, resp.Model, resp.ServiceTier
	out.Usage = newSimpleUsage(&resp.Usage)
	for _, c := range resp.ToolCalls {
		out.ToolCalls = append(out.ToolCalls, simpleCall{c.ID, c.Name, c.Arguments})
	}
	for _, w := range resp.Warnings {
		out.Warnings = append(out.Warnings, w.String())
	}
	return out
}

func newSimpleUsage(u *request.Usage) *simpleUsage {
	out := &simpleUsage{
		InputTokens: u.InputTokens, CacheReadTokens: u.CacheReadTokens, CacheWriteTokens: u.CacheWrite5mTokens + u.CacheWrite1hTokens,
		CacheWrite1hTokens: u.CacheWrite1hTokens, OutputTokens: u.OutputTokens, ReasoningTokens: u.ReasoningTokens,
		AudioInputTokens: u.AudioInputTokens, ImageInputTokens: u.ImageInputTokens,
		AudioOutputTokens: u.AudioOutputTokens, ImageOutputTokens: u.ImageOutputTokens, Units: u.Units, Estimated: u.Estimated,
	}
	if u.Priced {
		out.CostUSD = &u.Cost
	}
	return out
}

func (r *Result) simpleError() *simpleError {
	out := &simpleError{Class: r.Class(), Message: r.Err.Error()}
	if e, ok := errors.AsType[*request.Error](r.Err); ok {
		out.Status, out.Code, out.RequestID = e.Status, e.Code, e.RequestID
		if e.Partial != nil {
			out.Content = e.Partial.Content
			if u := &e.Partial.Usage; u.Reported || u.Estimated {
				out.Provider, out.Model, out.Usage = e.Partial.Provider, e.Partial.Model, newSimpleUsage(u)
			}
		}
	}
	return out
}

// Class is that of the error, invalid for a line that is no item, empty for a success.
func (r *Result) Class() request.Class {
	if r.Item.Err != nil && r.Item.Err != errUnknown {
		return request.ClassInvalid
	}
	return request.Classify(r.Err)
}

// The lines of OpenAI Batch output files.
type (
	batchResult struct {
		ID       string         `json:"id"`
		CustomID string         `json:"custom_id"`
		Response *batchResponse `json:"response"`
		Error    *batchError    `json:"error"`
	}
	batchResponse struct {
		StatusCode int             `json:"status_code"`
		RequestID  string          `json:"request_id"`
		Body       json.RawMessage `json:"body"`
	}
	batchError struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	batchErrorBody struct {
		Error struct {
			Message string  `json:"message"`
			Type    string  `json:"type"`
			Param   *string `json:"param"`
			Code    string  `json:"code"`
		} `json:"error"`
	}
)

// appendBatch writes a failure with a status as a response with that status, as the vendor does, and any other in the
// error field.
func (r *Result) appendBatch(dst []byte) ([]byte, error) {
	out := batchResult{ID: fmt.Sprintf("batch_req_%d", r.Item.Index), CustomID: r.Item.ID}
	e, _ := errors.AsType[*request.Error](r.Err)
	switch {
	case e != nil && e.Status == 200 && e.Partial != nil && e.Class == request.ClassContentPolicy: // as the vendor has it
		out.Response = &batchResponse{200, e.RequestID, r.body(e.Partial)}
	case r.Err == nil:
		out.Response = &batchResponse{200, r.Response.RequestID, r.body(r.Response)}
	case e != nil && e.Status >= 300:
		var body batchErrorBody
		body.Error.Message, body.Error.Type, body.Error.Code = cmp.Or(e.Message, e.Error()), e.Type, e.Code
		raw, err := json.Marshal(&body)
		if err != nil {
			return dst, err
		}
		out.Response = &batchResponse{e.Status, e.RequestID, raw}
	default:
		out.Error = &batchError{string(r.Class()), r.Err.Error()}
	}
	return appendLine(dst, &out)
}

// body is an answer as the API gives it that the item asks for.
func (r *Result) body(resp *request.Response) []byte {
	if r.Item.Form == source.BatchResponses {
		return openai.AppendResponsesResponse(nil, resp)
	}
	return openai.AppendResponse(nil, resp)
}
