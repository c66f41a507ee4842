package pricing

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// AppendText appends the text form of the table, which [Parse] reads. It never fails.
func (t *Table) AppendText(b []byte) ([]byte, error) {
	b = append(b, "["+sourcesSection+"]\n"...)
	for _, s := range t.sources {
		b = fmt.Appendf(b, "%c %s %s\n", s.Letter, s.Name, s.Date)
	}
	vendor := ""
	begin := func(next string) {
		if next != vendor {
			vendor = next
			b = fmt.Appendf(b, "\n[%s]\n", vendor)
		}
	}
	for i := range t.models {
		begin(t.models[i].Vendor)
		b = append(t.models[i].append(b), '\n')
	}
	for _, alias := range slices.SortedFunc(maps.Keys(t.aliases), key.compare) {
		begin(alias.vendor)
		b = fmt.Appendf(b, "%s = %s\n", alias.name, t.aliases[alias].name)
	}
	return b, nil
}

func (m *Model) append(b []byte) []byte {
	b = fmt.Appendf(b, "%s %d %d %v %s", m.Name, m.ContextTokens, m.MaxOutputTokens, m.Flags, cmp.Or(m.Sources, "-"))
	all := LettersOf(m.Sources)
	for i := range m.Prices.Terms {
		b = m.Prices.Terms[i].append(append(b, ' '), all)
	}
	for i, u := range m.Prices.Units {
		b = append(b, cmp.Or(strings.Repeat(",", min(i, 1)), " units=")...)
		b = u.Price.append(append(append(b, u.Name...), ':'), all)
	}
	if !m.Deprecated.IsZero() {
		b = append(b, " end="+m.Deprecated.Format(time.DateOnly)...)
	}
	return b
}

// append writes the field of the terms. all are the sources of the model.
func (t *Terms) append(b []byte, all Letters) []byte {
	b = append(b, offerFields[t.Offer]...)
	if t.Above > 0 {
		b = fmt.Appendf(b, ">%d", t.Above)
	}
	if t.From > 0 {
		b = fmt.Appendf(b, "@%v", t.From)
	}
	b = append(b, '=')
	last := len(t.Rates)
	for last > 0 && !t.Rates[last-1].Known {
		last--
	}
	for k := range t.Rates[:last] {
		if k > 0 {
			b = append(b, ',')
		}
		b = t.Rates[k].append(b, all)
	}
	return b
}

// append writes the shortest text of the price in dollars, nothing if it is unknown.
func (p Price) append(b []byte, all Letters) []byte {
	if !p.Known {
		return b
	}
	s := strings.TrimPrefix(p.String(), "$")
	b = append(b, strings.TrimSuffix(strings.TrimRight(s, "0"), ".")...)
	if p.Sources != all {
		b = append(b, cmp.Or(p.Sources.String(), "-")...)
	}
	return b
}
