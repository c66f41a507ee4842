package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/internal/jsontext"
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
	size := 512
	if r.Err == nil {
		size += len(r.Response.Content) + len(r.Response.Content)/8 + len(r.Response.Reasoning)
	}
	w := jsontext.Writer{B: make([]byte, 0, size)}
	w.Raw("{")
	w.Key("result")
	r.writeSimple(&w)
	err := r.writeOrigin(&w)
	w.Raw("}")
	return store.Outcome{Item: name, Class: r.Class(), At: time.Now(), Body: w.B}, err
}

// writeOrigin writes the fields of an origin.
func (r *Result) writeOrigin(w *jsontext.Writer) error {
	w.Key("index") // after which simpleLine looks
	w.Int(int64(r.Item.Index))
	w.IntIf("line", r.Item.Line)
	w.IntIf("form", int(r.Item.Form))
	if r.Err != nil {
		w.TextIf("file", r.Item.File)
		if r.Item.Raw != nil {
			w.Key("item")
			w.Value(r.Item.Raw)
		}
		e, _ := errors.AsType[*request.Error](r.Err)
		if e == nil {
			return nil
		}
		return writeAttempts(w, e.Attempts)
	}
	resp := r.Response
	w.TextIf("answer_id", resp.ID)
	w.TextIf("request_id", resp.RequestID)
	if !resp.Created.IsZero() {
		w.IntIf("created", int(resp.Created.Unix()))
	}
	w.TextIf("raw_finish_reason", resp.RawFinishReason)
	return writeAttempts(w, resp.Attempts)
}

// writeAttempts writes those that failed.
func writeAttempts(w *jsontext.Writer, attempts []request.Attempt) error {
	var failed []attemptLine
	for i := range attempts {
		if a := &attempts[i]; a.Class != "" {
			failed = append(failed, attemptLine{a.Provider, a.Model, a.Class, a.Message, a.Start})
		}
	}
	if failed == nil {
		return nil
	}
	text, err := json.Marshal(failed)
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	w.Key("attempts")
	w.Value(text)
	return nil
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
