package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/seed63918563/llmgate/internal/fields"
	"github.com/seed63918563/llmgate/request"
)

// templates are those of a Config; nil where it has none.
type templates struct {
	prompt, system *template.Template
	out            bytes.Buffer
}

func parseTemplates(prompt, system string) (*templates, request.Faults) {
	var faults request.Faults
	parse := func(name, text string) *template.Template {
		if text == "" {
			return nil
		}
		t, err := template.New(name).Option("missingkey=error").Funcs(functions).Parse(text)
		if err != nil {
			faults = append(faults, parseFault(name, text, err))
		}
		return t
	}
	return &templates{prompt: parse("Prompt", prompt), system: parse("System", system)}, faults
}

var (
	parseError = regexp.MustCompile(`(?s)^template: \w+:(\d+): (.*)$`)
	fillError  = regexp.MustCompile(`(?s)^template: \w+:(\d+):(\d+): executing "\w+" at <(.*?)>: (.*)$`)
	lacksField = regexp.MustCompile(`^map has no entry for key "(.*)"$`)
)

// parseFault names the line and column of the action that is wrong. text/template tells only the line of an error, so each
// action is put on a line of its own to find it.
func parseFault(name, text string, err error) request.Fault {
	problem := err.Error()
	if m := parseError.FindStringSubmatch(problem); m != nil {
		problem = m[2]
	}
	spread := strings.ReplaceAll(text, "{{", "\n{{")
	offset := 0
	if _, err := template.New(name).Funcs(functions).Parse(spread); err != nil {
		if m := parseError.FindStringSubmatch(err.Error()); m != nil {
			offset = len(text) - len(fromLine(spread, m[1]))
		}
	}
	before := text[:max(0, offset)]
	line, column := strings.Count(before, "\n")+1, len(before)-strings.LastIndexByte(before, '\n')
	return request.Fault{Field: fmt.Sprintf("%s:%d:%d", name, line, column), Problem: problem + "; see text/template for the syntax"}
}

// fromLine is the text from a line on, without the line feeds that were added before actions.
func fromLine(spread, line string) string {
	n, _ := strconv.Atoi(line)
	for ; n > 1; n-- {
		_, spread, _ = strings.Cut(spread, "\n")
	}
	return strings.ReplaceAll(spread, "\n{{", "{{")
}

// lacking finds the fields that the templates take and that no row has.
func (t *templates) lacking(columns []string) (faults request.Faults) {
	for _, with := range []*template.Template{t.prompt, t.system} {
		if with == nil {
			continue
		}
		for f := range fields.Of(with) {
			if !slices.Contains(columns, f.Name) {
				faults = append(faults, request.Fault{Field: fmt.Sprintf("%s:%d:%d", with.Name(), f.Line, f.Column), Problem: fmt.Sprintf(
					"there is no field %q; use one of those that there are: %s", f.Name, some(columns))})
			}
		}
	}
	return faults
}

// fill writes a template over the fields of a row.
func (t *templates) fill(with *template.Template, row object) (string, request.Faults) {
	t.out.Reset()
	err := with.Execute(&t.out, row)
	if err == nil {
		return t.out.String(), nil
	}
	m := fillError.FindStringSubmatch(err.Error())
	if m == nil {
		return "", fault(with.Name(), err.Error())
	}
	column, _ := strconv.Atoi(m[2]) // from 0
	problem := m[4]
	if name := lacksField.FindStringSubmatch(problem); name != nil {
		problem = fmt.Sprintf("there is no field %q; the fields are: %s", name[1], row.names())
	}
	return "", fault(fmt.Sprintf("%s:%s:%d", with.Name(), m[1], column+1), fmt.Sprintf("<%s>: %s", m[3], problem))
}

// addSystem fills the system template for a whole request that has no system message, over the fields of its JSON text.
func (t *templates) addSystem(r *request.Request, text []byte) request.Faults {
	for i := range r.Messages {
		if r.Messages[i].Role == request.RoleSystem {
			return nil
		}
	}
	system, faults := t.fill(t.system, fieldsOf(text))
	precede(r, system)
	return faults
}

// parseRow is the parser of JSON objects that are rows.
func (t *templates) parseRow(d *draft, text []byte, _ string) { t.row(d, fieldsOf(text), "prompt") }

// row makes a request out of fields; question is the one that holds the prompt where no template does.
func (t *templates) row(d *draft, fields object, question string) {
	d.idField = "id"
	var faults, more request.Faults
	switch id := fields["id"].(type) {
	case nil, null:
	case string, int64, number, json.Number:
		d.ID = fmt.Sprint(id)
	default:
		faults = fault("id", "expected "+anID)
	}
	prompt, more := t.part(t.prompt, fields, question)
	faults = append(faults, more...)
	if len(more) == 0 && strings.TrimSpace(prompt) == "" {
		faults = append(faults, request.Fault{Field: question, Problem: "empty; nothing is asked"})
	}
	system, more := t.part(t.system, fields, "system")
	d.Request.Messages = []request.Message{{Role: request.RoleUser, Content: prompt}}
	precede(&d.Request, system)
	d.Err = asError(append(faults, more...))
}

// part is a text by its template, or else that of a field.
func (t *templates) part(with *template.Template, fields object, field string) (string, request.Faults) {
	if with != nil {
		return t.fill(with, fields)
	}
	switch v := fields[field].(type) {
	case nil, null:
		return "", nil
	case string:
		return v, nil
	}
	return "", fault(field, "expected a string")
}
