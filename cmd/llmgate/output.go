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
	line []byte
}

func (o *output) result(r *bulk.Result) error {
	line, err := r.AppendJSON(o.line[:0])
	if err != nil {
		return fmt.Errorf("item %s: %w", r.Item.ID, err)
	}
	o.line = line
	if _, err := o.w.Write(line); err != nil {
		return fmt.Errorf("can't write the results: %w", err)
	}
	return nil
}
