package schemagen

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

func (g *generator) text(dst []byte, s *schema, at place) ([]byte, error) {
	text, err := g.say(s, at)
	return jsontext.AppendString(dst, text), err
}

// say makes up a text under the schema's format, pattern and length.
func (g *generator) say(s *schema, at place) (string, error) {
	low, high := bound(s.MinLength, 0), bound(s.MaxLength, math.MaxInt)
	format := formats[s.Format]
	if s.Pattern == "" && format == nil {
		return g.stretch(at.name, low, high)
	}
	for range candidates {
		var text string
		if s.Pattern == "" {
			text = format(g.rng)
		} else if matching, err := g.matching(s.Pattern); err == nil {
			text = matching
		} else {
			return "", err
		}
		n := utf8.RuneCountInString(text)
		if n < low && low <= longest && s.Pattern != "" { // an open-ended pattern allows for more
			text, n = text+strings.Repeat("a", low-n), low
		}
		if low <= n && n <= high && (s.Pattern == "" || matches(s.Pattern, text)) {
			return text, nil
		}
	}
	return "", fmt.Errorf("found no text of length %d to %d for pattern %q, format %q", low, high, s.Pattern, s.Format)
}

// longest is the longest text made up.
const longest = 1 << 16

// stretch brings a phrase to a length.
func (g *generator) stretch(name string, low, high int) (string, error) {
	if low > longest || low > high {
		return "", errors.New("no text has such a length")
	}
	text := g.phrase(name)
	for utf8.RuneCountInString(text) < low {
		text += " " + words[g.rng.IntN(len(words))]
	}
	if runes := []rune(text); len(runes) > high {
		text = string(runes[:high])
	}
	return text, nil
}

// phrase is a few words, or what fits the name of the property.
func (g *generator) phrase(name string) string {
	for _, hint := range hints {
		if strings.Contains(strings.ToLower(name), hint.word) {
			return hint.make(g.rng)
		}
	}
	return pick(words)(g.rng) + " " + pick(words)(g.rng)
}

func pick(list []string) func(*rand.Rand) string {
	return func(rng *rand.Rand) string { return list[rng.IntN(len(list))] }
}

func numbered(format string, n int) func(*rand.Rand) string {
	return func(rng *rand.Rand) string { return fmt.Sprintf(format, 1+rng.IntN(n)) }
}

// hints map a part of a property's name to what to say.
var hints = []struct {
	word string
	make func(*rand.Rand) string
}{
	{"email", numbered("reader%d@example.com", 99)},
	{"url", numbered("https://example.com/page/%d", 99)},
	{"date", numbered("2026-03-%02d", 28)},
	{"phone", numbered("+1 555 01%02d", 99)},
	{"city", pick([]string{"Lisbon", "Nairobi", "Osaka", "Quito", "Tallinn"})},
	{"country", pick([]string{"Chile", "Estonia", "Japan", "Kenya", "Portugal"})},
	{"location", pick([]string{"Lisbon, Portugal", "Nairobi, Kenya", "Osaka, Japan", "Quito, Ecuador", "Tallinn, Estonia"})},
	{"language", pick([]string{"English", "Estonian", "Japanese", "Portuguese", "Swahili"})},
	{"currency", pick([]string{"EUR", "JPY", "KES", "USD"})},
	{"color", pick([]string{"blue", "green", "red", "yellow"})},
	{"name", pick([]string{"Ada", "Bruno", "Chidi", "Dagny", "Emi", "Farah"})},
	{"id", numbered("item-%d", 999)},
	{"title", pick([]string{"A short walk", "Notes on water", "The quiet road", "What the map says"})},
	{"summary", pick([]string{"A quiet place with a view over the harbor.", "It was short, and it came to the point.", "Two sides agree, and one waits."})},
	{"description", pick([]string{"A small thing that works.", "Made of wood, and light.", "Open from early to late."})},
	{"reason", pick([]string{"It is the nearest.", "The numbers say so.", "Nothing speaks against it."})},
}

// formats make texts of the formats that JSON Schema names.
var formats = map[string]func(*rand.Rand) string{
	"date":          numbered("2026-03-%02d", 28),
	"date-time":     numbered("2026-03-%02dT09:30:00Z", 28),
	"time":          numbered("09:30:%02dZ", 59),
	"duration":      numbered("PT%dM", 59),
	"email":         numbered("reader%d@example.com", 99),
	"idn-email":     numbered("reader%d@example.com", 99),
	"hostname":      numbered("host%d.example.com", 99),
	"idn-hostname":  numbered("host%d.example.com", 99),
	"ipv4":          numbered("192.0.2.%d", 254),
	"ipv6":          numbered("2001:db8::%x", 65535),
	"uri":           numbered("https://example.com/page/%d", 99),
	"url":           numbered("https://example.com/page/%d", 99),
	"iri":           numbered("https://example.com/page/%d", 99),
	"uri-reference": numbered("/page/%d", 99),
	"iri-reference": numbered("/page/%d", 99),
	"uri-template":  numbered("/page/%d/{name}", 99),
	"json-pointer":  numbered("/items/%d", 99),
	"regex":         numbered("^[a-z]{%d}$", 9),
	"uuid": func(rng *rand.Rand) string {
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Uint64()>>16)
	},
}

func matches(pattern, text string) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(text)
}

var words = strings.Fields(`amber birch candle delta ember field garden harbor island juniper kettle lantern meadow north orchard
	pebble quarry river summer timber upland valley window yonder zephyr`)
