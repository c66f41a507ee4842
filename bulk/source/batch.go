package source

import (
	"fmt"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// envelope is the object in which a vendor's batch carries a request.
type envelope struct {
	method, url string
	body        []byte
}

// open reads the fields of an envelope; others are passed over.
func (e *envelope) open(d *draft, text []byte, body string) request.Faults {
	d.at = body + "."
	var p dialect.Parser
	_, err := p.Parse(text, "", func(key string) {
		switch key {
		case d.idField:
			p.Text(&d.ID)
		case body:
			e.body = p.R.Raw()
		case "method":
			p.Text(&e.method)
		case "url":
			p.Text(&e.url)
		default:
			p.R.Skip()
		}
	})
	return prefixed("", err)
}

// seal gives the item its request, or all faults of both.
func (e *envelope) seal(d *draft, faults request.Faults, provider string, parse func([]byte, string) (request.Request, error)) {
	if len(e.body) == 0 {
		faults = append(faults, request.Fault{Field: d.at[:len(d.at)-1], Problem: "missing; put the request there"})
	} else {
		var err error
		d.Request, err = parse(e.body, provider)
		faults = append(faults, prefixed(d.at, err)...)
	}
	d.Err = asError(faults)
}

// The paths of OpenAI's APIs, by which a line says whose body it has.
const (
	chatURL      = "/v1/chat/completions"
	responsesURL = "/v1/responses"
)

func parseBatch(d *draft, text []byte, provider string) {
	d.Form, d.idField = Batch, "custom_id"
	var e envelope
	faults := e.open(d, text, "body")
	if len(faults) > 0 {
		d.Err = faults
		return
	}
	if d.ID == "" {
		faults = append(faults, missingID)
	}
	if e.method != "" && e.method != "POST" {
		faults = append(faults, request.Fault{Field: "method", Problem: fmt.Sprintf("%q is not supported; use POST", e.method)})
	}
	parse := openai.ParseRequest
	switch e.url {
	case "", chatURL:
	case responsesURL:
		d.Form, parse = BatchResponses, openai.ParseResponsesRequest
	default:
		faults = append(faults, request.Fault{Field: "url", Problem: fmt.Sprintf("%q is not supported; use %s or %s", e.url, chatURL, responsesURL)})
	}
	e.seal(d, faults, provider, parse)
}

var missingID = request.Fault{Field: "custom_id", Problem: "missing; give each line its own"}

func parseAnthropic(d *draft, text []byte, provider string) {
	d.idField = "custom_id"
	var e envelope
	faults := e.open(d, text, "params")
	if d.ID == "" && len(faults) == 0 {
		faults = append(faults, missingID)
	}
	e.seal(d, faults, provider, anthropic.ParseRequest)
}

func parseGemini(d *draft, text []byte, provider string) {
	d.idField = "key"
	var e envelope
	faults := e.open(d, text, "request")
	e.seal(d, faults, provider, gemini.ParseRequest)
}
