package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// classSuperseded is that of an outcome which the input has no item for any more. It is kept, for the item may come back.
const classSuperseded request.Class = "superseded"

// record is an outcome's body: the result in its simple form, and what an output of another form needs besides.
type record struct {
	Result json.RawMessage `json:"result"`
	origin
}

// recordLine is a record that is yet to be written.
type recordLine struct {
	Result *simpleResult `json:"result"`
	origin
}

type origin struct {
	Index int         `json:"index"`
	Line  int         `json:"line,omitempty"`
	Form  source.Form `json:"form,omitempty"`
	// File and Item, the original, are there for failures.
	File string          `json:"file,omitempty"`
	Item json.RawMessage `json:"item,omitempty"`
	// What the simple form does not have.
	AnswerID        string        `json:"answer_id,omitempty"`
	RequestID       string        `json:"request_id,omitempty"`
	Created         int64         `json:"created,omitempty"`
	RawFinishReason string        `json:"raw_finish_reason,omitempty"`
	Attempts        []attemptLine `json:"attempts,omitempty"`
}

// attemptLine is a failed try.
type attemptLine struct {
	Provider string        `json:"provider,omitempty"`
	Model    string        `json:"model,omitempty"`
	Class    request.Class `json:"class,omitempty"`
	Message  string        `json:"message,omitempty"`
	At       time.Time     `json:"at,omitzero"`
}

// outcomeOf makes what the store keeps of a result.
func outcomeOf(name string, r *Result) (store.Outcome, error) {
	line := lines.Get().(*lineWriter)
	defer lines.Put(line)
	text, err := line.encode(&recordLine{r.simple(), originOf(r)})
	return store.Outcome{Item: name, Class: r.Class(), At: time.Now(), Body: bytes.TrimSuffix(bytes.Clone(text), []byte("\n"))}, err
}

func originOf(r *Result) origin {
	o := origin{Index: r.Item.Index, Line: r.Item.Line, Form: r.Item.Form}
	attempts := []request.Attempt(nil)
	if r.Err != nil {
		o.File, o.Item = r.Item.File, r.Item.Raw
		if e, ok := errors.AsType[*request.Error](r.Err); ok {
			attempts = e.Attempts
		}
	} else {
		resp := r.Response
		o.AnswerID, o.RequestID, o.RawFinishReason = resp.ID, resp.RequestID, resp.RawFinishReason
		if !resp.Created.IsZero() {
			o.Created = resp.Created.Unix()
		}
		attempts = resp.Attempts
	}
	for i := range attempts {
		if a := &attempts[i]; a.Class != "" {
			o.Attempts = append(o.Attempts, attemptLine{a.Provider, a.Model, a.Class, a.Message, a.Start})
		}
	}
	return o
}

// resultOf reads an outcome. What no form of output has, such as opaque reasoning, was not kept.
func resultOf(o *store.Outcome) (r Result, err error) {
	var rec record
	var simple simpleResult
	if err = json.Unmarshal(o.Body, &rec); err == nil {
		err = json.Unmarshal(rec.Result, &simple)
	}
	if err != nil {
		return r, fmt.Errorf("%w: the outcome %d: %w", store.ErrCorrupt, o.Seq, err)
	}
	r.Item = source.Item{Index: rec.Index, Line: rec.Line, File: rec.File, ID: simple.ID, Form: rec.Form, Raw: rec.Item}
	r.Latency = time.Duration(simple.LatencyMS) * time.Millisecond
	if e := simple.Error; e != nil {
		r.Err = &request.Error{Class: e.Class, Status: e.Status, Code: e.Code, RequestID: e.RequestID, Err: errors.New(e.Message)}
		return r, nil
	}
	r.Response = simple.response()
	r.Response.ID, r.Response.RequestID, r.Response.RawFinishReason = rec.AnswerID, rec.RequestID, rec.RawFinishReason
	if rec.Created != 0 {
		r.Response.Created = time.Unix(rec.Created, 0)
	}
	return r, nil
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

// failureLine is a line of the file of failures.
type failureLine struct {
	ID       string          `json:"id"`
	Class    request.Class   `json:"class"`
	Error    json.RawMessage `json:"error"`
	Attempts []attemptLine   `json:"attempts,omitempty"`
	File     string          `json:"file,omitempty"`
	Line     int             `json:"line,omitempty"`
	Item     json.RawMessage `json:"item,omitempty"`
}

// appendFailure appends the line of a failure: what went wrong, and the item as it was, to be fed back.
func appendFailure(dst []byte, o *store.Outcome) ([]byte, error) {
	var rec record
	var simple struct {
		ID    string
		Error json.RawMessage
	}
	err := json.Unmarshal(o.Body, &rec)
	if err == nil {
		err = json.Unmarshal(rec.Result, &simple)
	}
	if err != nil {
		return dst, fmt.Errorf("%w: the outcome %d: %w", store.ErrCorrupt, o.Seq, err)
	}
	return appendLine(dst, &failureLine{simple.ID, o.Class, simple.Error, rec.Attempts, rec.File, rec.Line, rec.Item})
}

// simpleLine is the simple form in an outcome's body, without decoding: it stands first, and the index follows.
func simpleLine(o *store.Outcome) ([]byte, error) {
	rest, ok := bytes.CutPrefix(o.Body, []byte(`{"result":`))
	end := bytes.LastIndex(rest, []byte(`,"index":`))
	if !ok || end < 0 {
		return nil, fmt.Errorf("%w: the outcome %d", store.ErrCorrupt, o.Seq)
	}
	return rest[:end], nil
}
