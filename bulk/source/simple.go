package source

import (
	"encoding/json"
	"slices"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// parseSimple reads a body of Chat Completions with fields of its own beside those of the API.
func parseSimple(d *draft, text []byte, provider string) {
	d.idField = "id"
	req, err := openai.ParseRequest(text, provider)
	faults := prefixed("", err)
	own := req.Extra[provider]
	d.ID, _ = take(own, "id", anID, &faults, jsontext.String, jsontext.Number)
	prompt, hasPrompt := take(own, "prompt", "a string", &faults, jsontext.String)
	system, _ := take(own, "system", "a string", &faults, jsontext.String)
	if len(own) == 0 {
		req.Extra = nil
	}
	switch {
	case hasPrompt && len(req.Messages) > 0:
		faults = append(faults, request.Fault{Field: "prompt", Problem: "given together with messages; give only one"})
	case hasPrompt && prompt == "":
		faults = append(faults, request.Fault{Field: "prompt", Problem: "empty; write the question there"})
	case hasPrompt:
		req.Messages = []request.Message{{Role: request.RoleUser, Content: prompt}}
	case len(req.Messages) == 0 && len(faults) == 0:
		faults = append(faults, request.Fault{Field: "prompt", Problem: "missing; give prompt or messages"})
	}
	precede(&req, system)
	d.Request, d.Err = req, asError(faults)
}

const anID = "a string or a number"

// precede puts a system message before the others, unless its text is empty.
func precede(r *request.Request, system string) {
	if system != "" {
		r.Messages = append([]request.Message{{Role: request.RoleSystem, Content: system}}, r.Messages...)
	}
}

// take removes a field that is the line's own, not the request's, and reads it. null counts as absent, as it does in the
// request.
func take(own map[string]any, field, expected string, faults *request.Faults, kinds ...jsontext.Kind) (text string, given bool) {
	raw, ok := own[field].(json.RawMessage)
	delete(own, field)
	var r jsontext.Reader
	r.Reset(raw)
	kind := r.Kind()
	if !ok || kind == jsontext.Null {
		return "", false
	}
	problem := "expected " + expected
	if slices.Contains(kinds, kind) {
		text = string(r.Scalar())
		if r.Err() == nil {
			return text, true
		}
		problem = r.Err().Error()
	}
	*faults = append(*faults, request.Fault{Field: field, Problem: problem})
	return "", false
}
