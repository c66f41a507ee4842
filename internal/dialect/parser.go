package dialect

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// Parser walks a request body. Unlike a client reading an answer it is strict about types, because what it does not
// understand would be lost.
type Parser struct {
	R   jsontext.Reader
	Req request.Request

	provider string
	path     []byte // of the value being read
	faults   request.Faults
}

// Parse reads a whole body, calling top for each of its fields, with the field's name on the path. Fields without a place in
// the vocabulary are kept as Extra of the provider. Everything wrong is reported at once, as an *request.Error of class
// invalid that wraps request.Faults with the paths of the fields; the rest of the request is returned beside it.
func (p *Parser) Parse(body []byte, provider string, top func(name string)) (request.Request, error) {
	p.provider = provider
	p.R.Reset(body)
	if p.R.Kind() == jsontext.Object {
		seen := map[string]bool{}
		for key := range p.R.Fields() {
			name := string(key)
			if seen[name] {
				p.Fault(name, "given twice; remove one")
			}
			seen[name] = true
			p.Within(name, func() { top(name) })
		}
	} else {
		p.Fault("", "expected a JSON object")
		p.R.Skip()
	}
	if err := p.R.Close(); err != nil {
		p.faults = append(p.faults, request.Fault{Field: "body", Problem: err.Error()})
	}
	if len(p.faults) > 0 {
		return p.Req, &request.Error{Class: request.ClassInvalid, Err: p.faults}
	}
	return p.Req, nil
}

// Fault records a problem with the value being read, or with a field of it.
func (p *Parser) Fault(field, format string, args ...any) {
	path := string(p.path)
	switch {
	case path == "":
		path = cmp.Or(field, "body")
	case field != "":
		path += "." + field
	}
	p.faults = append(p.faults, request.Fault{Field: path, Problem: fmt.Sprintf(format, args...)})
}

// Within runs read with a longer path.
func (p *Parser) Within(step string, read func()) {
	before := len(p.path)
	if before > 0 && !strings.HasPrefix(step, "[") {
		p.path = append(p.path, '.')
	}
	p.path = append(p.path, step...)
	read()
	p.path = p.path[:before]
}

// Fields reads an object field by field, each with its name on the path.
func (p *Parser) Fields(read func(key string)) {
	if !p.Expect(jsontext.Object, "an object") {
		return
	}
	for key := range p.R.Fields() {
		name := string(key)
		p.Within(name, func() { read(name) })
	}
}

// Elements reads an array, each element with its index on the path.
func (p *Parser) Elements(read func()) {
	if !p.Expect(jsontext.Array, "an array") {
		return
	}
	p.R.Array()
	for i := 0; p.R.More(); i++ {
		p.Within(fmt.Sprintf("[%d]", i), read)
	}
}

// Unknown passes over a field that has no place in the vocabulary: as long as it says nothing, in silence.
func (p *Parser) Unknown(key string, harmless ...string) {
	if k := p.R.Kind(); k != jsontext.Null && !slices.Contains(harmless, key) {
		p.Fault("", "is not supported; remove it")
	}
	p.R.Skip()
}

// Expect reports a value of another type and passes over it. null counts as absent.
func (p *Parser) Expect(k jsontext.Kind, what string) bool {
	switch got := p.R.Kind(); got {
	case k:
		return true
	case jsontext.Null, jsontext.End:
	default:
		p.Fault("", "expected %s", what)
	}
	p.R.Skip()
	return false
}

// Text, Whole, WholeNumber, Number and Truth read a value of their type and report one of another; null leaves it unset.
func (p *Parser) Text(to *string) {
	if p.Expect(jsontext.String, "a string") {
		*to = p.R.String()
	}
}

func (p *Parser) Whole(to *int) {
	if n := p.WholeNumber(); n != nil {
		*to = int(*n)
	}
}

// WholeNumber reads all digits of an integer; 3.0 and 1e3 count as whole.
func (p *Parser) WholeNumber() *int64 {
	if !p.Expect(jsontext.Number, "a number") {
		return nil
	}
	text := string(p.R.Raw())
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return &n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		p.Fault("", "expected a whole number, not %s", text)
		return nil
	}
	return new(int64(f))
}

// OptionalWhole and Texts are made of these.
func (p *Parser) OptionalWhole(to **int) {
	if n := p.WholeNumber(); n != nil {
		*to = new(int(*n))
	}
}

func (p *Parser) Texts(to *[]string) {
	p.Elements(func() {
		var s string
		p.Text(&s)
		*to = append(*to, s)
	})
}

// TextOrList reads a string, or a list by its elements, which a fault names.
func (p *Parser) TextOrList(to *string, elements string, read func()) {
	switch p.R.Kind() {
	case jsontext.String:
		*to = p.R.String()
	case jsontext.Array:
		p.Elements(read)
	case jsontext.Null:
		p.R.Skip()
	default:
		p.Fault("", "expected a string or an array of %s", elements)
		p.R.Skip()
	}
}

// OneAnswer reads how many answers are asked for.
func (p *Parser) OneAnswer() {
	if n := p.WholeNumber(); n != nil && *n != 1 {
		p.Fault("", "%d answers: a response holds one; send the request several times", *n)
	}
}

// Base64 decodes what a field held.
func (p *Parser) Base64(field, text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		p.Fault(field, "not base64: %v", err)
	}
	return data
}

func (p *Parser) Number(to **float64) {
	if !p.Expect(jsontext.Number, "a number") {
		return
	}
	text := string(p.R.Raw())
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		p.Fault("", "%s is out of range", text)
		return
	}
	*to = &f
}

func (p *Parser) Truth(to **bool) {
	if p.Expect(jsontext.Bool, "true or false") {
		*to = new(p.R.Bool())
	}
}

// RawObject keeps an object as it stands.
func (p *Parser) RawObject() json.RawMessage {
	if !p.Expect(jsontext.Object, "an object") {
		return nil
	}
	return p.Copy()
}

// Extra keeps a field that the vocabulary has no name for.
func (p *Parser) Extra(key string) { p.Keep(key, p.Copy()) }

// Keep makes a value an Extra of the provider.
func (p *Parser) Keep(key string, value json.RawMessage) { p.extras()[key] = value }

// KeepIn makes a value a field of an Extra that Encoder.Object merges into an object.
func (p *Parser) KeepIn(object, key string, value json.RawMessage) {
	fields, ok := p.extras()[object].(map[string]any)
	if !ok {
		fields = map[string]any{}
		p.extras()[object] = fields
	}
	fields[key] = value
}

// KeepElement makes a value an element of an Extra that is a list, as Encoder.ExtraList gives it.
func (p *Parser) KeepElement(key string, value json.RawMessage) {
	list, _ := p.extras()[key].([]any)
	p.extras()[key] = append(list, value)
}

func (p *Parser) extras() map[string]any {
	if p.Req.Extra == nil {
		p.Req.Extra = map[string]map[string]any{p.provider: {}}
	}
	return p.Req.Extra[p.provider]
}

// Copy keeps a value as it stands, Ahead does so without reading it.
func (p *Parser) Copy() json.RawMessage { return append(json.RawMessage(nil), p.R.Raw()...) }

func (p *Parser) Ahead() json.RawMessage {
	start := p.R
	defer func() { p.R = start }()
	return p.Copy()
}

// TypeAhead is the type of an object, without reading it.
func (p *Parser) TypeAhead() (kind string) {
	start := p.R
	for key := range p.R.Fields() {
		if string(key) == "type" {
			kind = p.R.String()
		} else {
			p.R.Skip()
		}
	}
	p.R = start
	return kind
}
