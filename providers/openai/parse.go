package openai

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// ParseRequest reads a Chat Completions request body, the inverse of what a Client sends. Fields that the vocabulary has
// no name for are kept in Extra under the given provider name. Everything wrong is reported at once, as an *request.Error
// of class invalid that wraps request.Faults with the paths of the fields; the rest of the request is returned beside it.
func ParseRequest(body []byte, provider string) (request.Request, error) {
	p := parser{provider: provider}
	p.r.Reset(body)
	if p.r.Kind() == jsontext.Object {
		seen := map[string]bool{}
		for key := range p.r.Fields() {
			name := string(key)
			if seen[name] {
				p.fault(name, "given twice; remove one")
			}
			seen[name] = true
			p.top(name)
		}
	} else {
		p.fault("", "expected a JSON object")
		p.r.Skip()
	}
	if err := p.r.Close(); err != nil {
		p.faults = append(p.faults, request.Fault{Field: "body", Problem: err.Error()})
	}
	if len(p.faults) > 0 {
		return p.req, &request.Error{Class: request.ClassInvalid, Err: p.faults}
	}
	return p.req, nil
}

// parser walks a request body. Unlike a client reading an answer it is strict about types, because what it does not
// understand would be lost.
type parser struct {
	r        jsontext.Reader
	provider string
	req      request.Request
	path     []byte // of the value being read
	faults   request.Faults
}

func (p *parser) fault(field, format string, args ...any) {
	path := string(p.path)
	switch {
	case path == "":
		path = orDefault(field, "body")
	case field != "":
		path += "." + field
	}
	p.faults = append(p.faults, request.Fault{Field: path, Problem: fmt.Sprintf(format, args...)})
}

// within runs read with a longer path.
func (p *parser) within(step string, read func()) {
	before := len(p.path)
	if before > 0 && !strings.HasPrefix(step, "[") {
		p.path = append(p.path, '.')
	}
	p.path = append(p.path, step...)
	read()
	p.path = p.path[:before]
}

// fields reads an object field by field, each with its name on the path.
func (p *parser) fields(read func(key string)) {
	if !p.expect(jsontext.Object, "an object") {
		return
	}
	for key := range p.r.Fields() {
		name := string(key)
		p.within(name, func() { read(name) })
	}
}

// elements reads an array, each element with its index on the path.
func (p *parser) elements(read func()) {
	if !p.expect(jsontext.Array, "an array") {
		return
	}
	p.r.Array()
	for i := 0; p.r.More(); i++ {
		p.within(fmt.Sprintf("[%d]", i), read)
	}
}

// unknown passes over a field that has no place in the vocabulary: as long as it says nothing, in silence.
func (p *parser) unknown(key string, harmless ...string) {
	if k := p.r.Kind(); k != jsontext.Null && !slices.Contains(harmless, key) {
		p.fault("", "is not supported; remove it")
	}
	p.r.Skip()
}

// expect reports a value of another type and passes over it. null counts as absent.
func (p *parser) expect(k jsontext.Kind, what string) bool {
	switch got := p.r.Kind(); got {
	case k:
		return true
	case jsontext.Null, jsontext.End:
	default:
		p.fault("", "expected %s", what)
	}
	p.r.Skip()
	return false
}

func (p *parser) text(to *string) {
	if p.expect(jsontext.String, "a string") {
		*to = p.r.String()
	}
}

func (p *parser) whole(to *int) {
	if n := p.wholeNumber(); n != nil {
		*to = int(*n)
	}
}

// wholeNumber reads all digits of an integer; 3.0 and 1e3 count as whole.
func (p *parser) wholeNumber() *int64 {
	if !p.expect(jsontext.Number, "a number") {
		return nil
	}
	text := string(p.r.Raw())
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return &n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		p.fault("", "expected a whole number, not %s", text)
		return nil
	}
	return new(int64(f))
}

func (p *parser) number(to **float64) {
	if !p.expect(jsontext.Number, "a number") {
		return
	}
	text := string(p.r.Raw())
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		p.fault("", "%s is out of range", text)
		return
	}
	*to = &f
}

func (p *parser) truth(to **bool) {
	if p.expect(jsontext.Bool, "true or false") {
		*to = new(p.r.Bool())
	}
}

func (p *parser) top(key string) {
	p.within(key, func() {
		if !p.content(key) && !p.sampling(key) && !p.control(key) {
			p.extra(key)
		}
	})
}

func (p *parser) content(key string) bool {
	r := &p.req
	switch key {
	case "model":
		p.text(&r.Model)
	case "messages":
		p.elements(p.message)
	case "tools":
		p.elements(p.tool)
	case "tool_choice":
		p.toolChoice()
	case "parallel_tool_calls":
		p.truth(&r.ParallelToolCalls)
	case "response_format":
		p.format()
	default:
		return false
	}
	return true
}

func (p *parser) sampling(key string) bool {
	r := &p.req
	switch key {
	case "max_tokens", "max_completion_tokens":
		p.whole(&r.MaxTokens)
	case "temperature":
		p.number(&r.Temperature)
	case "top_p":
		p.number(&r.TopP)
	case "top_k":
		if n := p.wholeNumber(); n != nil {
			r.TopK = new(int(*n))
		}
	case "seed", "random_seed":
		r.Seed = p.wholeNumber()
	case "frequency_penalty":
		p.number(&r.FrequencyPenalty)
	case "presence_penalty":
		p.number(&r.PresencePenalty)
	case "stop":
		p.stop()
	case "reasoning_effort":
		p.text((*string)(&r.ReasoningEffort))
	default:
		return false
	}
	return true
}

func (p *parser) stop() {
	if p.r.Kind() == jsontext.String {
		p.req.Stop = []string{p.r.String()}
		return
	}
	p.elements(func() {
		var s string
		p.text(&s)
		p.req.Stop = append(p.req.Stop, s)
	})
}

func (p *parser) control(key string) bool {
	r := &p.req
	switch key {
	case "service_tier":
		p.text(&r.ServiceTier)
	case "user":
		p.text(&r.User)
	case "prompt_cache_key":
		p.text(&r.PromptCacheKey)
	case "stream", "stream_options": // how the answer travels is the caller's choice
		p.r.Skip()
	case "n":
		if n := p.wholeNumber(); n != nil && *n != 1 {
			p.fault("", "%d answers: a response holds one; send the request several times", *n)
		}
	default:
		return false
	}
	return true
}

func (p *parser) extra(key string) {
	raw := append([]byte(nil), p.r.Raw()...)
	if p.req.Extra == nil {
		p.req.Extra = map[string]map[string]any{p.provider: {}}
	}
	p.req.Extra[p.provider][key] = jsonRaw(raw)
}
