package source

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// parser reads a JSON object, valid as such, into a draft. Fields of the request that the vocabulary has no name for are kept
// for the given provider.
type parser func(d *draft, text []byte, provider string)

// parsers are those of formats with one kind of object.
var parsers = map[Format]parser{
	FormatBatch: parseBatch, FormatAnthropic: parseAnthropic, FormatGemini: parseGemini, FormatShareGPT: parseShareGPT,
}

// objects makes items of JSON objects.
type objects struct {
	in        texts
	parse     parser // nil: each object tells what it is
	provider  string
	templates *templates
}

func (o *objects) next(d *draft) error {
	text, line, err := o.in.next()
	d.Line = line
	if errors.Is(err, errTooLong) {
		d.Err = fault("line", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	o.read(d, text)
	return nil
}

func (o *objects) read(d *draft, text []byte) {
	if !utf8.Valid(text) {
		d.Err = errNotUTF8
		return
	}
	parse, err := tell(text)
	d.Raw = keep(text, err == nil)
	if err != nil {
		d.Err = fmt.Errorf("not a JSON object: %w; each line must be one", err)
		return
	}
	if o.parse != nil {
		parse = o.parse
	}
	if parse(d, text, o.provider); d.Err == nil && o.templates.system != nil {
		d.Err = asError(o.templates.addSystem(&d.Request, text))
	}
}

var errNotUTF8 = errors.New("not UTF-8; convert the file, such as with iconv -t UTF-8")

// tell checks that a text is a JSON object and chooses its parser by the names of its fields.
func tell(text []byte) (parser, error) {
	var r jsontext.Reader
	r.Reset(text)
	if r.Kind() != jsontext.Object {
		return nil, errors.New("it begins with something else")
	}
	var vendor parser
	var own, id, body bool
	for key := range r.Fields() {
		switch string(key) {
		case "prompt", "messages":
			own = true
		case "custom_id":
			id = true
		case "body":
			body = true
		case "params":
			vendor = parseAnthropic
		case "request":
			vendor = parseGemini
		case "conversations":
			vendor = parseShareGPT
		}
		r.Skip()
	}
	switch {
	case body, id && vendor == nil:
		return parseBatch, r.Close()
	case vendor != nil && !own:
		return vendor, r.Close()
	}
	return parseSimple, r.Close()
}
