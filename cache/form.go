package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// formVersion is that of the stored form. Another version counts as damaged.
const formVersion = 1

// form is an answer as it is stored: JSON, so that other programs can read it. Sum is the SHA-256 of the key and the text of
// Entry, so that neither a flipped bit nor an answer under another's key is taken for one.
type form struct {
	Version int             `json:"version"`
	Sum     string          `json:"sum"`
	Entry   json.RawMessage `json:"entry"`
}

type entryForm struct {
	Received time.Time  `json:"received"`
	Answer   answerForm `json:"answer"`
}

// answerForm is a Response, of which only the parts need telling apart.
type answerForm struct {
	request.Response
	Parts []partForm
}

// partForm has the one field set that the part is.
type partForm struct {
	Text      *request.TextPart      `json:",omitempty"`
	Image     *request.ImagePart     `json:",omitempty"`
	File      *request.FilePart      `json:",omitempty"`
	Audio     *request.AudioPart     `json:",omitempty"`
	Call      *request.ToolCall      `json:",omitempty"`
	Reasoning *request.ReasoningPart `json:",omitempty"`
}

// encode gives the stored form. It fails on what would not come back as it is.
func (e *entry) encode() ([]byte, error) {
	in := entryForm{Received: e.received, Answer: answerForm{Response: *e.answer}}
	for _, p := range e.answer.Parts {
		f, err := newPartForm(p)
		if err != nil {
			return nil, err
		}
		in.Answer.Parts = append(in.Answer.Parts, f)
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte(`\ufffd`)) { // how encoding/json writes what is not UTF-8
		return nil, errors.New("the answer has text that is not UTF-8")
	}
	return json.Marshal(form{Version: formVersion, Sum: sum(e.key, text), Entry: text})
}

func newPartForm(p request.Part) (partForm, error) {
	switch p := p.(type) {
	case request.TextPart:
		return partForm{Text: &p}, nil
	case request.ImagePart:
		return partForm{Image: &p}, nil
	case request.FilePart:
		return partForm{File: &p}, nil
	case request.AudioPart:
		return partForm{Audio: &p}, nil
	case request.ToolCall:
		return partForm{Call: &p}, nil
	case request.ReasoningPart:
		return partForm{Reasoning: &p}, nil
	}
	return partForm{}, fmt.Errorf("%T is not a part of an answer", p)
}

func sum(key Key, text []byte) string {
	h := sha256.New()
	h.Write(key[:])
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// decode reads the stored form. It fails on all that was not written by encode for this key.
func decode(key Key, value []byte) (*entry, error) {
	var f form
	if err := json.Unmarshal(value, &f); err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	if f.Version != formVersion || f.Sum != sum(key, f.Entry) {
		return nil, fmt.Errorf("damaged, or of version %d, where this is version %d", f.Version, formVersion)
	}
	var in entryForm
	if err := json.Unmarshal(f.Entry, &in); err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	answer := &in.Answer.Response
	answer.Parts = nil
	for _, p := range in.Answer.Parts {
		part, err := p.part()
		if err != nil {
			return nil, err
		}
		answer.Parts = append(answer.Parts, part)
	}
	return newEntry(key, answer, in.Received), nil
}

func (f *partForm) part() (request.Part, error) {
	switch {
	case f.Text != nil:
		return *f.Text, nil
	case f.Image != nil:
		return *f.Image, nil
	case f.File != nil:
		return *f.File, nil
	case f.Audio != nil:
		return *f.Audio, nil
	case f.Call != nil:
		return *f.Call, nil
	case f.Reasoning != nil:
		return *f.Reasoning, nil
	}
	return nil, errors.New("damaged: a part of no kind")
}
