package schemagen

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// walker writes a text along a syntax tree, steering towards a length.
type walker struct {
	rng   *rand.Rand
	spans spans
	// wild takes any printable character instead of the most natural ones.
	wild bool
	out  strings.Builder
}

// write adds a match of re that is length code points long, as far as the
// expression allows that length.
func (w *walker) write(re *syntax.Regexp, length int) {
	switch re.Op {
	case syntax.OpLiteral:
		w.out.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		w.out.WriteRune(pickRune(w.rng, re.Rune, w.wild))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.out.WriteRune(pickRune(w.rng, anyRune, w.wild))
	case syntax.OpCapture:
		w.write(re.Sub[0], length)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		w.repeat(re, length)
	case syntax.OpConcat:
		w.sequence(re.Sub, length)
	case syntax.OpAlternate:
		w.write(w.alternative(re.Sub, length), length)
	}
}

// repeat chooses a count that makes length reachable: count times the shortest
// match must not exceed it, count times the longest must not fall short.
func (w *walker) repeat(re *syntax.Regexp, length int) {
	low, high := repeats(re)
	sub := w.spans.of(re.Sub[0])
	if high < 0 {
		high = max(low, length)
	}
	if sub.high == 0 {
		high = low
	}
	if sub.low > 0 {
		high = max(low, min(high, length/sub.low))
	}
	if sub.high > 0 {
		low = min(high, max(low, (length+sub.high-1)/sub.high))
	}
	copies := make([]*syntax.Regexp, low+w.rng.IntN(high-low+1))
	for i := range copies {
		copies[i] = re.Sub[0]
	}
	w.sequence(copies, length)
}

// sequence hands each part its shortest length and spreads the rest at random.
func (w *walker) sequence(parts []*syntax.Regexp, length int) {
	lengths := make([]int, len(parts))
	var roomy []int
	rest := length
	for i, part := range parts {
		s := w.spans.of(part)
		lengths[i] = s.low
		rest -= s.low
		if s.high > s.low {
			roomy = append(roomy, i)
		}
	}
	for rest > 0 && len(roomy) > 0 {
		pick := w.rng.IntN(len(roomy))
		i := roomy[pick]
		room := w.spans.of(parts[i]).high - lengths[i]
		step := 1 + w.rng.IntN(min(rest, room))
		lengths[i] += step
		rest -= step
		if step == room {
			roomy = append(roomy[:pick], roomy[pick+1:]...)
		}
	}
	for i, part := range parts {
		w.write(part, lengths[i])
	}
}

func (w *walker) alternative(subs []*syntax.Regexp, length int) *syntax.Regexp {
	var fitting []*syntax.Regexp
	for _, sub := range subs {
		if w.spans.of(sub).has(length) {
			fitting = append(fitting, sub)
		}
	}
	if len(fitting) == 0 {
		fitting = subs
	}
	return fitting[w.rng.IntN(len(fitting))]
}

// walk writes one text that p's tree suggests with a length in [low, high];
// the caller has to check it. Later tries stray further from the shortest.
func (p *pattern) walk(rng *rand.Rand, low, high, try int) string {
	w := walker{rng: rng, spans: spans{}, wild: try >= tameTries}
	s := w.spans.of(p.tree)
	from, to := max(low, s.low), min(high, s.high)
	length := s.high
	if from <= to {
		length = from + rng.IntN(min(to-from, 10+try)+1)
	}
	w.write(p.tree, min(length, high))
	text := w.out.String()
	missing := low - len([]rune(text))
	if missing <= 0 {
		return text
	}
	// Without an anchor the text may go on at either end.
	if try%2 == 0 {
		return text + phrase(rng, missing)
	}
	return phrase(rng, missing) + text
}

// tameTries is how many texts are written from natural characters alone.
const tameTries = 12
