// Package schema holds answers to a form: JSON under a JSON Schema, or a Go template that judges them. It sets what a provider
// needs to know of the form, checks what came, and asks again with the fault shown, a bounded number of times. A provider's own
// guarantee of a form covers part of JSON Schema, and not all models have one; checking covers all of draft 2020-12 and draft 7.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/seed63918563/llmgate/request"
)

// Schema is a compiled JSON Schema. It is safe for concurrent use.
type Schema struct {
	text  json.RawMessage
	name  string
	about string
	judge *jsonschema.Resolved
}

// Compile reads a JSON Schema. It fails on what is none, on references to other files, and on patterns that Go's regexp can't
// read, such as those that look ahead.
func Compile(text []byte) (*Schema, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return nil, errors.New("not a JSON Schema: it must be an object")
	}
	var root jsonschema.Schema
	if err := json.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("not a JSON Schema: %w", err)
	}
	judge, err := root.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("not a JSON Schema: %w", err)
	}
	if err := checkDraft(root.Schema); err != nil {
		return nil, err
	}
	return &Schema{text: json.RawMessage(text), name: formatName(root.Title), about: root.Description, judge: judge}, nil
}

// checkDraft asks the library whether it knows the draft, which it would otherwise say at the first answer.
func checkDraft(draft string) error {
	judge, err := (&jsonschema.Schema{Schema: draft}).Resolve(nil)
	if err == nil {
		err = judge.Validate(nil)
	}
	if err != nil {
		return fmt.Errorf("$schema: %w", err)
	}
	return nil
}

// maxName is how long the name of a form may be.
const maxName = 64

// formatName makes a name of a title, of the characters that providers allow.
func formatName(title string) string {
	name := strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
			return c
		}
		return '_'
	}, title)
	return name[:min(len(name), maxName)]
}

// Request returns the request with the schema as the form of its answer. Strict stays as it is: under it providers refuse
// schemas with keywords that they don't know.
func (s *Schema) Request(req request.Request) request.Request {
	req.ResponseFormat = request.ResponseFormat{
		Type: request.FormatJSONSchema, Name: s.name, Description: s.about, Schema: s.text, Strict: req.ResponseFormat.Strict,
	}
	return req
}

// Validate checks an answer: it must be one JSON value under the schema, with nothing around it but a code fence.
func (s *Schema) Validate(answer string) error {
	_, err := s.Value(answer)
	return err
}

// Value is the JSON of an answer, without a fence, if it is valid.
func (s *Schema) Value(answer string) (json.RawMessage, error) {
	text := unfence(answer)
	if text == "" {
		return nil, errors.New("the answer is empty")
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("the answer is not one JSON value: %w", err)
	}
	if err := s.judge.Validate(v); err != nil {
		return nil, fmt.Errorf("the answer does not fit the schema: %w", err)
	}
	return json.RawMessage(text), nil
}

// unfence takes the text out of a code fence that is around all of it.
func unfence(answer string) string {
	text := strings.TrimSpace(answer)
	inner, fenced := strings.CutPrefix(text, "```")
	inner, closed := strings.CutSuffix(inner, "```")
	if !fenced || !closed {
		return text
	}
	if language, rest, ok := strings.Cut(inner, "\n"); ok && strings.EqualFold(strings.TrimSpace(language), "json") {
		inner = rest
	}
	return strings.TrimSpace(inner)
}
