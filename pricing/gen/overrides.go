package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/pricing"
)

// overrides are rulings made by hand, one a line, each with its reason:
//
//	date DAY
//	VENDOR/NAME [context=TOKENS] [output=TOKENS] [can=FLAGS] [cannot=FLAGS] [TERMS=PRICE,…] [units=NAME:PRICE,…] # REASON
//
// The date is that of the last review. One * in a name stands for anything. FLAGS are the letters of the table. TERMS and units
// are fields of the table; prices left out there are left as they are, so that TERMS= leaves a conflict open, and TERMS=- takes prices away. Prices may be rules:
// write5m=125% is a price in percent of the input's, as are write1h and read, and batch=50% makes batch prices of the standard
// ones. A rule counts where no source has a price.
type overrides struct {
	list []override
	date string
}

type override struct {
	line    int
	pattern string
	fields  map[string]string
	used    bool
}

func parseOverrides(text string) (*overrides, error) {
	o := &overrides{}
	var faults []error
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if day, ok := strings.CutPrefix(line, "date "); ok {
			o.date = day
			continue
		}
		entry, err := parseOverride(line)
		if err != nil {
			faults = append(faults, fmt.Errorf("overrides, line %d: %w", number, err))
		}
		entry.line = number
		o.list = append(o.list, entry)
	}
	return o, errors.Join(faults...)
}

func parseOverride(line string) (o override, err error) {
	ruling, reason, _ := strings.Cut(line, "#")
	if strings.TrimSpace(reason) == "" {
		return o, errors.New("give the reason after a #")
	}
	words := strings.Fields(ruling)
	if len(words) < 2 {
		return o, errors.New("want VENDOR/NAME FIELD=VALUE")
	}
	o.pattern, o.fields = words[0], map[string]string{}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		o.fields[name] = value
		err = errors.Join(err, o.set(&pricing.Model{}, name, value))
	}
	return o, err
}

func (o *override) matches(m *pricing.Model) bool {
	name := m.Vendor + "/" + m.Name
	before, after, star := strings.Cut(o.pattern, "*")
	if !star {
		return name == o.pattern
	}
	return len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

func (o *override) set(m *pricing.Model, field, value string) (err error) {
	switch field {
	case "context":
		m.ContextTokens, err = strconv.Atoi(value)
	case "output":
		m.MaxOutputTokens, err = strconv.Atoi(value)
	case "can", "cannot":
		var flags pricing.Flags
		flags, err = pricing.ParseFlags(value)
		setFlags(m, flags&^pricing.Described, field == "can")
	default:
		_, err = parseRuling(field, value)
	}
	return err
}

// setFlags leaves a model alone that nobody describes: one capability more would make it one that has no others.
func setFlags(m *pricing.Model, flags pricing.Flags, can bool) {
	switch {
	case !m.Flags.Has(pricing.Described):
	case can:
		m.Flags |= flags
	default:
		m.Flags &^= flags
	}
}

// sets reports whether a ruling settles a field of a model.
func (o *overrides) sets(m *pricing.Model, field string) bool {
	for i := range o.list {
		if _, ok := o.list[i].fields[field]; ok && o.list[i].matches(m) {
			return true
		}
	}
	return false
}

func (o *overrides) apply(m *pricing.Model) {
	for i := range o.list {
		rule := &o.list[i]
		if !rule.matches(m) {
			continue
		}
		rule.used = true
		for field, value := range rule.fields {
			_ = rule.set(m, field, value) // was checked when it was parsed
		}
	}
}

// unused lists rulings that no model needed: the sources have changed.
func (o *overrides) unused() (patterns []string) {
	for _, rule := range o.list {
		if !rule.used {
			patterns = append(patterns, fmt.Sprintf("line %d, %s", rule.line, rule.pattern))
		}
	}
	return patterns
}

// sources are the rulings as sources of prices.
func (o *overrides) sources() []pricing.Source {
	if o.date == "" {
		return nil
	}
	return []pricing.Source{{Letter: byHand, Name: "rulings", Date: o.date}, {Letter: byRule, Name: "rules", Date: o.date}}
}
