package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/seed63918563/llmgate/bulk"
)

// output is where results go. Each result is written at once and in one piece, so that what was paid for is on its way
// to the disk whatever happens next.
type output struct {
	w    io.Writer
	file *os.File // nil for standard output
	name string
	line []byte
}

// output opens the file asked for, or takes standard output. It refuses to write over results, and over the input.
func (a *app) output(f *runFlags, in io.Reader) (*output, error) {
	if f.output == "" {
		return &output{w: a.out, name: "standard output"}, nil
	}
	if info, err := os.Stat(f.output); err == nil {
		if source, ok := in.(interface{ Stat() (os.FileInfo, error) }); ok {
			if from, err := source.Stat(); err == nil && os.SameFile(info, from) {
				return nil, usage(fmt.Errorf("-o %s is the input; give another name", f.output))
			}
		}
	}
	file, err := create("-o", f.output, f.overwrite)
	if err != nil {
		return nil, err
	}
	return &output{w: file, file: file, name: f.output}, nil
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

func (o *output) close() error {
	if o.file == nil {
		return nil
	}
	return o.file.Close()
}
