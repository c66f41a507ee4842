package source

import (
	"errors"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// textLines makes an item of each line of plain text.
type textLines struct {
	in        texts
	templates *templates
}

func (t *textLines) next(d *draft) error {
	text, line, err := t.in.next()
	d.Line = line
	switch {
	case errors.Is(err, errTooLong):
		d.Err = fault("line", err.Error())
		return nil
	case err != nil:
		return err
	case !utf8.Valid(text):
		d.Err = errNotUTF8
		return nil
	}
	fed := "prompt" // as which the line would come from a JSON file
	if t.templates.prompt != nil {
		fed = "text"
	}
	w := jsontext.Writer{B: []byte{'{'}}
	w.Text(fed, string(text))
	d.Raw = keep(append(w.B, '}'), true)
	t.templates.row(d, object{"text": string(text)}, "text")
	return nil
}
