package document

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// prompt is a question as a Go template, over a map so that a name that is not there is an error and not "<no value>".
type prompt struct {
	t *template.Template
	// follows: the template does not say where the text goes, so it goes after it.
	follows bool
}

func newPrompt(field, text string, names ...string) (*prompt, error) {
	t, err := template.New(field).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("document: %s: %w", field, err)
	}
	used := regexp.MustCompile(`\{\{[^}]*\.(` + strings.Join(names, "|") + `)\b`)
	return &prompt{t: t, follows: !used.MatchString(text)}, nil
}

// write fills in the template. text is what the prompt is about, which data holds as well.
func (p *prompt) write(data map[string]any, text string) (string, error) {
	var out strings.Builder
	if err := p.t.Execute(&out, data); err != nil {
		return "", fmt.Errorf("%w; the names are %s", err, names(data))
	}
	if p.follows && text != "" {
		out.WriteString("\n\n")
		out.WriteString(text)
	}
	return out.String(), nil
}

func names(data map[string]any) string {
	list := make([]string, 0, len(data))
	for name := range data {
		list = append(list, "."+name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
