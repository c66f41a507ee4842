package bulk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// Form is the shape of an item in a file, which is also that of its result.
type Form uint8

// The forms.
const (
	// Simple is one JSON object with "prompt" or "messages", an optional "id", "system", and any parameter of Chat
	// Completions.
	Simple Form = iota
	// Batch is a line of an OpenAI Batch file: "custom_id", "method", "url" and "body".
	Batch
)

// Item is one unit of work: a request and where it came from.
type Item struct {
	// Index is the item's place in a run, from 0; Line its place in the file, from 1.
	Index int
	Line  int
	// ID names the item in the results: its own, or "line-N".
	ID      string
	Form    Form
	Request request.Request
	// Err is what is wrong with the item; such an item is not sent.
	Err error
}

// LineError is a fault in a line of input, with the file and the line.
type LineError struct {
	File string
	Line int
	Err  error
}

// Error gives "file:line: what".
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns the fault.
func (e *LineError) Unwrap() error { return e.Err }

// parseItem reads a line. Fields of the request that the vocabulary has no name for are kept for the given provider.
func parseItem(text []byte, provider string) Item {
	if !utf8.Valid(text) {
		return Item{Err: errors.New("not UTF-8; convert the file, such as with iconv -t UTF-8")}
	}
	batch, err := isBatch(text)
	switch {
	case err != nil:
		return Item{Err: fmt.Errorf("not a JSON object: %w; each line must be one", err)}
	case batch:
		return parseBatch(text, provider)
	}
	return parseSimple(text, provider)
}

// isBatch looks for the fields that only a Batch line has.
func isBatch(text []byte) (bool, error) {
	var r jsontext.Reader
	r.Reset(text)
	if k := r.Kind(); k != jsontext.Object {
		return false, errors.New("it begins with something else")
	}
	batch := false
	for key := range r.Fields() {
		batch = batch || string(key) == "custom_id" || string(key) == "body"
		r.Skip()
	}
	return batch, r.Close()
}

// batchLine is a line of an OpenAI Batch file.
type batchLine struct {
	CustomID string          `json:"custom_id"`
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
}

func parseBatch(text []byte, provider string) Item {
	var line batchLine
	if err := json.Unmarshal(text, &line); err != nil {
		if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			err = request.Faults{{Field: typed.Field, Problem: "expected a " + typed.Type.String() + ", not a " + typed.Value}}
		}
		return Item{ID: line.CustomID, Form: Batch, Err: err}
	}
	item := Item{ID: line.CustomID, Form: Batch}
	var faults request.Faults
	if line.CustomID == "" {
		faults = append(faults, request.Fault{Field: "custom_id", Problem: "missing; give each line its own"})
	}
	if line.Method != "" && line.Method != "POST" {
		faults = append(faults, request.Fault{Field: "method", Problem: fmt.Sprintf("%q is not supported; use POST", line.Method)})
	}
	if line.URL != "" && line.URL != "/v1/chat/completions" {
		faults = append(faults, request.Fault{Field: "url", Problem: fmt.Sprintf("%q is not supported; use /v1/chat/completions", line.URL)})
	}
	if len(line.Body) == 0 {
		faults = append(faults, request.Fault{Field: "body", Problem: "missing; put the request there"})
	} else {
		var err error
		item.Request, err = openai.ParseRequest(line.Body, provider)
		faults = append(faults, prefixed("body.", err)...)
		if err == nil {
			faults = append(faults, prefixed("body.", item.Request.Validate())...)
		}
	}
	item.Err = asError(faults)
	return item
}

func parseSimple(text []byte, provider string) Item {
	item := Item{Form: Simple}
	req, err := openai.ParseRequest(text, provider)
	faults := prefixed("", err)
	own := req.Extra[provider]
	item.ID, _ = take(own, "id", "a string or a number", &faults, jsontext.String, jsontext.Number)
	prompt, hasPrompt := take(own, "prompt", "a string", &faults, jsontext.String)
	system, _ := take(own, "system", "a string", &faults, jsontext.String)
	if len(own) == 0 {
		req.Extra = nil
	}
	switch {
	case hasPrompt && len(req.Messages) > 0:
		faults = append(faults, request.Fault{Field: "prompt", Problem: "given together with messages; give only one"})
	case hasPrompt && prompt == "":
		faults = append(faults, request.Fault{Field: "prompt", Problem: "empty; write the question there"})
	case hasPrompt:
		req.Messages = []request.Message{{Role: request.RoleUser, Content: prompt}}
	case len(req.Messages) == 0 && len(faults) == 0:
		faults = append(faults, request.Fault{Field: "prompt", Problem: "missing; give prompt or messages"})
	}
	if system != "" {
		req.Messages = append([]request.Message{{Role: request.RoleSystem, Content: system}}, req.Messages...)
	}
	if len(faults) == 0 {
		faults = prefixed("", req.Validate())
	}
	item.Request, item.Err = req, asError(faults)
	return item
}

// take removes a field that is the line's own, not the request's, and reads it. null counts as absent, as it does in the
// request.
func take(own map[string]any, field, expected string, faults *request.Faults, kinds ...jsontext.Kind) (text string, given bool) {
	raw, ok := own[field].(json.RawMessage)
	delete(own, field)
	var r jsontext.Reader
	r.Reset(raw)
	kind := r.Kind()
	if !ok || kind == jsontext.Null {
		return "", false
	}
	problem := "expected " + expected
	if slices.Contains(kinds, kind) {
		text = string(r.Scalar())
		if r.Err() == nil {
			return text, true
		}
		problem = r.Err().Error()
	}
	*faults = append(*faults, request.Fault{Field: field, Problem: problem})
	return "", false
}

// prefixed takes the faults out of an error and puts a prefix before their fields.
func prefixed(prefix string, err error) request.Faults {
	found, ok := errors.AsType[request.Faults](err)
	if !ok && err != nil {
		return request.Faults{{Field: strings.TrimSuffix(prefix, "."), Problem: err.Error()}}
	}
	for i := range found {
		if found[i].Field == "body" { // what openai.ParseRequest calls the text as a whole
			found[i].Field = cmp.Or(strings.TrimSuffix(prefix, "."), "line")
			continue
		}
		found[i].Field = prefix + found[i].Field
	}
	return found
}

func asError(f request.Faults) error {
	if len(f) == 0 {
		return nil
	}
	return f
}
