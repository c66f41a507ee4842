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
	"github.com/seed63918563/llmgate/internal/jsontext"
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
	// kept is the body of the outcome where this run wrote it; it need not be read again to be shown.
	kept []byte
}

// AppendJSON appends the result as one line, in the form that its item came in.
func (r *Result) AppendJSON(dst []byte) ([]byte, error) {
	if r.Item.Form != source.Simple {
		return r.appendBatch(dst)
	}
	w := jsontext.Writer{B: dst}
	r.writeSimple(&w)
	return append(w.B, '\n'), nil
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
