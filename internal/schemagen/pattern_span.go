package schemagen

import "regexp/syntax"

// span bounds the length, in code points, of the texts an expression matches.
type span struct{ low, high int }

// unlimited stands for no upper bound; sums of it saturate.
const unlimited = 1 << 30

func (s span) has(n int) bool { return s.low <= n && n <= s.high }

func (s span) plus(t span) span {
	return span{min(s.low+t.low, unlimited), min(s.high+t.high, unlimited)}
}

func (s span) times(low, high int) span {
	if high < 0 {
		high = unlimited
	}
	return span{saturated(s.low, low), saturated(s.high, high)}
}

func saturated(a, b int) int {
	if a != 0 && b > unlimited/a {
		return unlimited
	}
	return a * b
}

// spans measures every part of a syntax tree once.
type spans map[*syntax.Regexp]span

func (m spans) of(re *syntax.Regexp) span {
	if known, ok := m[re]; ok {
		return known
	}
	s := m.measure(re)
	m[re] = s
	return s
}

func (m spans) measure(re *syntax.Regexp) span {
	switch re.Op {
	case syntax.OpLiteral:
		return span{len(re.Rune), len(re.Rune)}
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return span{1, 1}
	case syntax.OpCapture:
		return m.of(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		low, high := repeats(re)
		return m.of(re.Sub[0]).times(low, high)
	case syntax.OpConcat:
		var total span
		for _, sub := range re.Sub {
			total = total.plus(m.of(sub))
		}
		return total
	case syntax.OpAlternate:
		return m.widest(re.Sub)
	}
	return span{}
}

func (m spans) widest(subs []*syntax.Regexp) span {
	total := m.of(subs[0])
	for _, sub := range subs[1:] {
		s := m.of(sub)
		total = span{min(total.low, s.low), max(total.high, s.high)}
	}
	return total
}

// repeats gives the counts a repetition allows; a negative high means any.
func repeats(re *syntax.Regexp) (low, high int) {
	switch re.Op {
	case syntax.OpStar:
		return 0, -1
	case syntax.OpPlus:
		return 1, -1
	case syntax.OpQuest:
		return 0, 1
	}
	return re.Min, re.Max
}
