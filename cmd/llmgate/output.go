package main

import (
	"fmt"
	"io"

	"github.com/seed63918563/llmgate/bulk"
)

// output is where results go that are not kept. Each result is written at once and in one piece, so that what was paid for is
// on its way whatever happens next.
type output struct {
	w    io.Writer
	text bool // of answers alone
	line []byte
}

func (o *output) result(r *bulk.Result) error {
	if o.text {
		return o.words(r)
	}
	line, err := r.AppendJSON(o.line[:0])
	if err != nil {
		return fmt.Errorf("item %s: %w", r.Item.ID, err)
	}
	o.line = line
	return o.write(line)
}

// words writes the text of an answer. Failures are told on standard error.
func (o *output) words(r *bulk.Result) error {
	if r.Err != nil {
		return nil
	}
	o.line = append(append(o.line[:0], r.Response.Content...), '\n')
	return o.write(o.line)
}

func (o *output) write(text []byte) error {
	if _, err := o.w.Write(text); err != nil {
		return fmt.Errorf("can't write the results: %w", err)
	}
	return nil
}
