package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/seed63918563/llmgate/internal/fields"
)

// prompt is a question as a Go template, over a map so that a name that is not there is an error and not "<no value>".
type prompt struct {
	t *template.Template
	// follows: the template does not say where the text goes, so it goes after it.
	follows bool
}

// newPrompt reads a template. It may take the fields of subjects, which hold what it is about, and others.
func newPrompt(field, text string, subjects []string, others ...string) (*prompt, error) {
	t, err := template.New(field).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("document: %s: %w", field, err)
	}
	p, known := &prompt{t: t, follows: true}, slices.Concat(subjects, others)
	var faults []error
	for f := range fields.Of(t) {
		if !slices.Contains(known, f.Name) {
			faults = append(faults, fmt.Errorf("document: %s:%d:%d: there is no field .%s; the fields are .%s",
				field, f.Line, f.Column, f.Name, strings.Join(known, ", .")))
		}
		p.follows = p.follows && !slices.Contains(subjects, f.Name)
	}
	return p, errors.Join(faults...)
}

// write fills in the template. text is what the prompt is about, which data holds as well.
func (p *prompt) write(data map[string]any, text string) (string, error) {
	var out strings.Builder
	if err := p.t.Execute(&out, data); err != nil {
		return "", err
	}
	if p.follows && text != "" {
		out.WriteString("\n\n")
		out.WriteString(text)
	}
	return out.String(), nil
}
