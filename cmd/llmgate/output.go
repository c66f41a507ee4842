package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/seed63918563/llmgate/bulk"
)

// output is where results go that are not kept. Each result is written at once and in one piece, so that what was paid for is
// on its way whatever happens next.
type output struct {
	w    io.Writer
	text bool // of answers alone
	line []byte
}

// create makes the file that a flag names. It refuses to write over content, unless that may go.
func create(flag, path string, overwrite bool) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > 0 && !overwrite {
		return nil, usage(fmt.Errorf("%s %s has content already; give another name, or --overwrite", flag, path))
	}
	file, err := os.Create(path)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w; create the folder first", err)
	}
	if err != nil {
		return nil, usage(err)
	}
	return file, nil
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
