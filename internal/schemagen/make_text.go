package schemagen

import "unicode/utf8"

const (
	textTries = 120
	// longestText bounds minLength; a simulator has no use for more.
	longestText = 1 << 15
)

// textPlan is what the schemas of a plan say together about a string.
type textPlan struct {
	low, high int
	formats   []format
	patterns  []*pattern
	at        string
	keyword   string // the one to blame when nothing fits
}

func planText(gl goal, flat []*node) (textPlan, error) {
	t := textPlan{high: longestText}
	t.at, t.keyword = crux(gl, flat)
	blame := func(n *node, keyword string) { t.at, t.keyword = n.at, keyword }
	for _, n := range flat {
		if n.maxLength != nil && *n.maxLength < t.high {
			t.high = *n.maxLength
			blame(n, "maxLength")
		}
		if n.minLength != nil && *n.minLength > t.low {
			t.low = *n.minLength
			blame(n, "minLength")
		}
	}
	if t.low > t.high {
		return t, fail(t.at, t.keyword, "no length between %d and %d; keep minLength at most maxLength and under %d", t.low, t.high, longestText)
	}
	for _, n := range flat {
		if f, known := formats[n.format]; known {
			t.formats = append(t.formats, f)
			blame(n, "format")
		}
	}
	for _, n := range flat {
		if n.pattern == nil {
			continue
		}
		blame(n, "pattern")
		if err := n.pattern.problem; err != nil {
			return t, fail(t.at, t.keyword, "not understood: %v; write it without lookaround and backreferences, or add enum, examples or default", err)
		}
		t.patterns = append(t.patterns, n.pattern)
	}
	return t, nil
}

func (g *generator) makeText(sc scope, gl goal, flat []*node) (*value, error) {
	t, err := planText(gl, flat)
	if err != nil {
		return nil, err
	}
	for try := range textTries {
		if !g.budget.spend(1 + t.low/32) {
			break
		}
		text := g.textTry(sc, t, try)
		if !utf8.ValidString(text) {
			continue
		}
		if v := textValue(text); g.fits(gl, v) {
			return v, nil
		}
	}
	return nil, fail(t.at, t.keyword, "no text of %d to %d characters was found that satisfies all keywords; loosen them or add examples", t.low, t.high)
}

// textTry goes from what reads best to what is most likely to fit.
func (g *generator) textTry(sc scope, t textPlan, try int) string {
	walks := len(t.patterns) > 0 && (try > 2 || len(t.formats) == 0 && try > 0)
	if walks && (len(t.formats) == 0 || try%2 == 0) {
		return t.patterns[try/2%len(t.patterns)].walk(g.rng, t.low, t.high, try/2)
	}
	if len(t.formats) > 0 {
		return pick(g.rng, t.formats).write(g.rng)
	}
	return g.plainText(sc, t, try)
}

// plainText shortens and lengthens what the name of the property suggests,
// which is ASCII.
func (g *generator) plainText(sc scope, t textPlan, try int) string {
	text := natural(g.rng, sc.name)
	if try > textTries/3 {
		text = letters(g.rng, 3+g.rng.IntN(8))
	}
	switch missing := t.low - len(text); {
	case len(text) > t.high:
		return endInLetter(text[:t.high])
	case missing > 0:
		return endInLetter(text + " " + phrase(g.rng, missing-1))
	}
	return text
}
