package schemagen

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// usualRepeats is how often an open-ended repetition repeats at most, beyond its minimum.
const usualRepeats = 8

// matching makes a text that a pattern matches, by walking its syntax. Assertions such as \b are left to chance.
func (g *generator) matching(pattern string) (string, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("pattern %q: %w", pattern, err)
	}
	for range candidates {
		var b strings.Builder
		g.spell(&b, re)
		if text := b.String(); matches(pattern, text) {
			return text, nil
		}
	}
	return "", fmt.Errorf("found no text for pattern %q", pattern)
}

func (g *generator) spell(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(g.oneOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune(rune('a' + g.rng.IntN(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			g.spell(b, sub)
		}
	case syntax.OpAlternate:
		g.spell(b, re.Sub[g.rng.IntN(len(re.Sub))])
	case syntax.OpStar:
		g.repeat(b, re.Sub[0], 0, -1)
	case syntax.OpPlus:
		g.repeat(b, re.Sub[0], 1, -1)
	case syntax.OpQuest:
		g.repeat(b, re.Sub[0], 0, 1)
	case syntax.OpRepeat:
		g.repeat(b, re.Sub[0], re.Min, re.Max)
	}
}

func (g *generator) repeat(b *strings.Builder, re *syntax.Regexp, low, high int) {
	if high < 0 || high > low+usualRepeats {
		high = low + usualRepeats
	}
	for range low + g.rng.IntN(high-low+1) {
		g.spell(b, re)
	}
}

// oneOf picks from a character class, given as ranges: a letter or digit if there is one that can be seen, else any.
func (g *generator) oneOf(ranges []rune) rune {
	var plain []rune
	for i := 0; i+1 < len(ranges); i += 2 {
		for c := max(ranges[i], ' '); c <= min(ranges[i+1], '~'); c++ {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				plain = append(plain, c)
			}
		}
	}
	if len(plain) > 0 && g.rng.IntN(8) > 0 {
		return plain[g.rng.IntN(len(plain))]
	}
	if len(ranges) < 2 {
		return 0
	}
	i := 2 * g.rng.IntN(len(ranges)/2)
	return ranges[i] + rune(g.rng.Int64N(int64(ranges[i+1]-ranges[i])+1))
}
