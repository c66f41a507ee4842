package pricing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The format of a table: a section in brackets for the sources and one for each vendor, and in it a line for each entry.
//
//	# a remark
//	[sources]
//	LETTER NAME DATE
//	[VENDOR]
//	NAME CONTEXT OUTPUT FLAGS SOURCES [TERMS=PRICE,…] [units=NAME:PRICE,…] [end=DATE]
//	ALIAS = NAME
//	ALIAS = VENDOR/NAME
//
// Fields without a name come first and are always there; unknown limits are 0. TERMS is usd, batch, flex or priority, then
// >TOKENS for prices above a cliff, then @DATE for prices that begin on a day. Its prices are for a million tokens, in the order
// of the kinds: input, output, read from the cache, written to it for five minutes and for an hour, reasoning, sound in and
// out, images in and out. What is left out is unknown. A price of units is for a million uses; one for "request" is for each
// request. SOURCES are the letters of those that know the model, - for
// none; letters behind a price, or -, are those that state it, where they are not all of them.
//
// An alias is another name, such as that of a deployment.
const sourcesSection = "sources"

// Parse reads a table in its text form. All faults are reported, each with its line.
func Parse(text string) (*Table, error) { return parse("line ", text) }

// parse tells the places of faults by what stands before the number of a line.
func parse(place, text string) (*Table, error) {
	p := parser{models: make([]Model, 0, strings.Count(text, "\n"))}
	var faults []error
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := p.line(strings.TrimSpace(line)); err != nil {
			faults = append(faults, fmt.Errorf("%s%d: %w", place, number, err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	t := NewTable(p.sources, p.models)
	t.aliases = p.aliases
	return t, nil
}

type parser struct {
	section string
	sources []Source
	models  []Model
	aliases map[key]key
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
	alias, rest, _ := strings.Cut(line, " ")
	if target, ok := strings.CutPrefix(rest, "="); ok {
		return p.alias(alias, strings.TrimSpace(target))
	}
	m, err := parseModel(line)
	m.Vendor = p.section
	p.models = append(p.models, m)
	return err
}

func (p *parser) source(line string) error {
	fields := strings.Fields(line)
	if len(fields) != 3 || len(fields[0]) != 1 || LettersOf(fields[0]) == 0 {
		return fmt.Errorf("source %q: want LETTER NAME DATE, with a letter from a to z", line)
	}
	p.sources = append(p.sources, Source{Letter: fields[0][0], Name: fields[1], Date: fields[2]})
	return nil
}

func (p *parser) alias(alias, target string) error {
	if target == "" || strings.Contains(target, " ") {
		return fmt.Errorf("alias %s: want ALIAS = NAME", alias)
	}
	if p.aliases == nil {
		p.aliases = map[key]key{}
	}
	p.aliases[key{p.section, alias}] = key{p.section, target}
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
	if m.Sources == "-" {
		m.Sources = ""
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
	case "units":
		return m.setUnits(value)
	case "end":
		m.Deprecated, err = time.Parse(time.DateOnly, value)
		return err
	}
	return m.setTerms(name, value)
}
