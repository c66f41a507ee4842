package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// Form is the shape of an item in a file as far as its result shares it.
type Form uint8

// The forms.
const (
	// Simple results are JSON objects with "id" and "content" or "error". Items of every format but OpenAI's Batch have it, for
	// there is no writer of other vendors' answers.
	Simple Form = iota
	// Batch results are as in OpenAI's Batch output files, with a body of Chat Completions. BatchResponses results are the same
	// with a body of the Responses API, for lines that ask for /v1/responses.
	Batch
	BatchResponses
)

// MaxRaw is the largest original that an Item keeps, in bytes.
const MaxRaw = 1 << 20

// Item is one unit of work: a request and where it came from. It shares no memory with its source.
type Item struct {
	// Index is the item's place in its source, from 0; Line that of its beginning in File, from 1.
	Index int
	Line  int
	File  string
	// ID names the item in the results: its own, or "line-N".
	ID      string
	Form    Form
	Request request.Request
	// Raw is the original as one line of JSON, so that a failure can be fed back: as it stands in a JSON file, an object of the
	// columns for a row of a table, {"text": …} or without a template {"prompt": …} for a line of text, a string for what is no
	// JSON. An ID that the source made up is not in it. It is nil where the original is above MaxRaw, or not UTF-8.
	Raw json.RawMessage
	// Err is what is wrong with the item, a *LineError; such an item is not to be sent.
	Err error
}

// LineError is a fault in a file, with the line.
type LineError struct {
	File string
	// Line counts from 1; 0 is the file as a whole.
	Line int
	Err  error
}

// Error gives "file:line: what".
func (e *LineError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap returns the fault.
func (e *LineError) Unwrap() error { return e.Err }

// draft is an item being made, with the names that its faults are to have.
type draft struct {
	Item
	// idField holds the item's own ID, at is the path of the request in the original, such as "body.".
	idField, at string
}

// keep copies an original for Item.Raw. valid says that it is JSON, as a jsontext.Reader takes it.
func keep(text []byte, valid bool) json.RawMessage {
	switch {
	case len(text) > MaxRaw || !utf8.Valid(text):
		return nil
	case valid && bytes.IndexByte(text, '\n') < 0 && json.Valid(text):
		return bytes.Clone(text)
	case valid:
		var line bytes.Buffer
		if json.Compact(&line, text) == nil {
			return line.Bytes()
		}
	}
	return jsontext.AppendString[[]byte](nil, text) // no JSON, or with control characters that only some readers let through
}
