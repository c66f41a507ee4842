package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
)

// Check judges answers with a Go template.
type Check struct{ t *template.Template }

// CompileCheck reads a template over .text, the answer, and .json, its value where it is JSON (nil where it is not; in a fence
// or not). The functions contains, hasPrefix, hasSuffix and lower of package strings are there beside Go's own.
//
// An answer passes if the template writes something other than "false", white space aside: {{contains .text "because"}} or
// {{if gt (len .text) 100}}yes{{end}}. Nothing written fails it.
func CompileCheck(text string) (*Check, error) {
	t, err := template.New("check").Option("missingkey=error").Funcs(template.FuncMap{
		"contains": strings.Contains, "hasPrefix": strings.HasPrefix, "hasSuffix": strings.HasSuffix, "lower": strings.ToLower,
	}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	return &Check{t}, nil
}

// Validate reports that an answer does not pass. A template that fails on an answer, as one does that asks for a field which
// is not there, does not let it pass.
func (c *Check) Validate(answer string) error {
	var value any
	if json.Unmarshal([]byte(unfence(answer)), &value) != nil {
		value = nil
	}
	var out strings.Builder
	if err := c.t.Execute(&out, map[string]any{"text": answer, "json": value}); err != nil {
		return fmt.Errorf("the answer fails the check: %w", err)
	}
	if verdict := strings.TrimSpace(out.String()); verdict == "" || verdict == "false" {
		return fmt.Errorf("the answer fails the check %s", c.t.Root.String())
	}
	return nil
}
