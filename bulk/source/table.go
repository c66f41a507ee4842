package source

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// table makes an item of each row below the header.
type table struct {
	in        *csv.Reader
	limit     *budget
	longest   int
	templates *templates
	columns   []string
	fields    object // of the row; all rows have the same
	line      int    // of the row read last
}

func newTable(in io.Reader, comma rune, t *templates, longest int) *table {
	limit := &budget{in: in}
	r := csv.NewReader(limit)
	r.Comma, r.ReuseRecord = comma, true
	return &table{in: r, limit: limit, longest: longest, templates: t, fields: object{}}
}

func (t *table) next(d *draft) error {
	if t.columns == nil {
		if err := t.header(d); err != nil {
			return err
		}
	}
	cells, err := t.read(d)
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return t.refuse(d, bad, cells)
	}
	if err != nil {
		return err
	}
	for i, name := range t.columns {
		if name != "" {
			t.fields[name] = cells[i]
		}
		if !utf8.ValidString(cells[i]) {
			d.Err = errNotUTF8
			return nil
		}
	}
	d.Raw = t.raw(cells)
	t.templates.row(d, t.fields, "prompt")
	return nil
}

// read returns the next row, and sets the line on which it begins.
func (t *table) read(d *draft) ([]string, error) {
	t.limit.left = t.longest
	cells, err := t.in.Read()
	if len(cells) > 0 {
		t.line, _ = t.in.FieldPos(0)
	}
	d.Line = t.line
	if errors.Is(err, errTooLong) {
		return nil, fmt.Errorf("the row is %w, or close the quote that is open in it", err)
	}
	return cells, err
}

func (t *table) header(d *draft) error {
	cells, err := t.read(d)
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return t.refuse(d, bad, cells)
	}
	if err != nil {
		return err
	}
	names := make([]string, len(cells))
	for i, name := range cells {
		name = strings.TrimSpace(name)
		if name != "" && slices.Contains(names, name) {
			return fault("column "+name, "is there twice; rename one")
		}
		names[i] = name
	}
	if t.templates.prompt == nil && !slices.Contains(names, "prompt") {
		return fault("Prompt", fmt.Sprintf("empty, and no column is named prompt; give a template over the columns %s", strings.Join(names, ", ")))
	}
	t.columns = names
	return asError(t.templates.lacking(names))
}

// refuse makes an item of a row that can't be read, or ends the source where the next row can't be told.
func (t *table) refuse(d *draft, bad *csv.ParseError, cells []string) error {
	d.Line, d.Raw = bad.StartLine, rawCells(cells)
	if errors.Is(bad.Err, csv.ErrFieldCount) {
		d.Err = fault("row", fmt.Sprintf("has %d cells, the header %d; put cells that hold separators in quotes", len(cells), len(t.columns)))
		return nil
	}
	place := fmt.Sprintf("line %d, byte %d", bad.Line, bad.Column)
	err := fault(place, fmt.Sprintf("%v; put the cell in quotes, close them, and write each quote in it twice", bad.Err))
	if bad.Line != bad.StartLine || t.columns == nil {
		return err
	}
	d.Err = err
	return nil
}

// raw is the row as an object. Without a template it has only what would be read from one.
func (t *table) raw(cells []string) []byte {
	w := jsontext.Writer{B: []byte{'{'}}
	for i, name := range t.columns {
		if name == "" || t.templates.prompt == nil && !slices.Contains([]string{"id", "prompt", "system"}, name) {
			continue
		}
		w.Text(name, cells[i])
	}
	return keep(append(w.B, '}'), true)
}

// rawCells is a row that does not fit the columns.
func rawCells(cells []string) []byte {
	if len(cells) == 0 {
		return nil
	}
	w := jsontext.Writer{}
	w.Strings(cells)
	return keep(w.B, true)
}

// budget bounds what a row may read: a quote that is not closed would take in the rest of the file.
type budget struct {
	in   io.Reader
	left int
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.in.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
