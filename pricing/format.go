package pricing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// The format of a table: a section in brackets for the sources and one for each vendor, and in it a line for each entry.
//
//	# a remark
//	[sources]
//	LETTER NAME DATE
//	[VENDOR]
//	NAME CONTEXT OUTPUT FLAGS SOURCES [usd=INPUT,OUTPUT,CACHEREAD] [end=DATE]
//
// Fields without a name come first and are always there; unknown limits are 0, and unknown prices are empty. Later kinds of
// facts get fields with a name.
const sourcesSection = "sources"

// Parse reads a table in its text form. All faults are reported, each with its line.
func Parse(text string) (*Table, error) {
	p := parser{models: make([]Model, 0, strings.Count(text, "\n"))}
	var faults []error
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := p.line(strings.TrimSpace(line)); err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", number, err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return NewTable(p.sources, p.models), nil
}

type parser struct {
	section string
	sources []Source
	models  []Model
}

func (p *parser) line(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '[':
		name, ok := strings.CutSuffix(line[1:], "]")
		if !ok || name == "" {
			return fmt.Errorf("%q is not a [section]", line)
		}
		p.section = name
		return nil
	case p.section == "":
		return errors.New("an entry before the first [section]")
	case p.section == sourcesSection:
		return p.source(line)
	}
	m, err := parseModel(line)
	m.Vendor = p.section
	p.models = append(p.models, m)
	return err
}

func (p *parser) source(line string) error {
	fields := strings.Fields(line)
	if len(fields) != 3 || len(fields[0]) != 1 {
		return fmt.Errorf("source %q: want LETTER NAME DATE", line)
	}
	p.sources = append(p.sources, Source{Letter: fields[0][0], Name: fields[1], Date: fields[2]})
	return nil
}

// parseModel avoids a slice of fields: the built-in table is parsed in the first question's time.
func parseModel(line string) (m Model, err error) {
	var limit, output, flags string
	m.Name, line, _ = strings.Cut(line, " ")
	limit, line, _ = strings.Cut(line, " ")
	output, line, _ = strings.Cut(line, " ")
	flags, line, _ = strings.Cut(line, " ")
	m.Sources, line, _ = strings.Cut(line, " ")
	if m.Sources == "" {
		return m, fmt.Errorf("model %s: want NAME CONTEXT OUTPUT FLAGS SOURCES", m.Name)
	}
	var contextErr, outputErr, flagsErr error
	m.ContextTokens, contextErr = parseLimit(limit)
	m.MaxOutputTokens, outputErr = parseLimit(output)
	m.Flags, flagsErr = ParseFlags(flags)
	err = errors.Join(contextErr, outputErr, flagsErr)
	for field := range strings.FieldsSeq(line) {
		err = errors.Join(err, m.setField(field))
	}
	if err != nil {
		err = fmt.Errorf("model %s: %w", m.Name, err)
	}
	return m, err
}

func parseLimit(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("limit %q is not a number of tokens; write 0 for unknown", s)
	}
	return n, nil
}

func (m *Model) setField(field string) (err error) {
	name, value, _ := strings.Cut(field, "=")
	switch name {
	case "usd":
		return m.Prices.parse(value)
	case "end":
		m.Deprecated, err = time.Parse(time.DateOnly, value)
		return err
	}
	return fmt.Errorf("field %q is unknown; use usd or end", name)
}

func (p *Prices) parse(s string) error {
	input, rest, _ := strings.Cut(s, ",")
	output, cacheRead, _ := strings.Cut(rest, ",")
	return errors.Join(p.Input.parse(input), p.Output.parse(output), p.CacheRead.parse(cacheRead))
}

func (p *Price) parse(s string) (err error) {
	if s == "" {
		return nil
	}
	p.PerMillion, err = request.ParseMoney(s)
	p.Known = err == nil
	return err
}

// AppendText appends the text form of the table, which [Parse] reads. It never fails.
func (t *Table) AppendText(b []byte) ([]byte, error) {
	b = append(b, "["+sourcesSection+"]\n"...)
	for _, s := range t.sources {
		b = fmt.Appendf(b, "%c %s %s\n", s.Letter, s.Name, s.Date)
	}
	vendor := ""
	for i := range t.models {
		m := &t.models[i]
		if m.Vendor != vendor {
			vendor = m.Vendor
			b = fmt.Appendf(b, "\n[%s]\n", vendor)
		}
		b = append(m.append(b), '\n')
	}
	return b, nil
}

func (m *Model) append(b []byte) []byte {
	b = fmt.Appendf(b, "%s %d %d %v %s", m.Name, m.ContextTokens, m.MaxOutputTokens, m.Flags, m.Sources)
	if m.Prices != (Prices{}) {
		list := m.Prices.Input.decimal() + "," + m.Prices.Output.decimal() + "," + m.Prices.CacheRead.decimal()
		b = append(b, " usd="+strings.TrimRight(list, ",")...)
	}
	if !m.Deprecated.IsZero() {
		b = append(b, " end="+m.Deprecated.Format(time.DateOnly)...)
	}
	return b
}

// decimal is the shortest text of the price in dollars, "" if it is unknown.
func (p Price) decimal() string {
	s := strings.TrimPrefix(p.String(), "$")
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
