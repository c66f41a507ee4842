package schemagen

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a JSON Schema regular expression. Go's regexp has no lookahead,
// but one at the very start is only a second condition on the same text, and
// that is how passwords and e-mail addresses are usually described; such
// conditions are kept beside the main expression.
type pattern struct {
	source  string
	main    *regexp.Regexp
	tree    *syntax.Regexp
	ahead   []*regexp.Regexp
	barred  []*regexp.Regexp
	problem error
	// size is the number of instructions that matching runs.
	size int
}

// cost is the budget that one match takes.
func (p *pattern) cost(s string) int {
	return 1 + len(s)*p.size/128
}

func parsePattern(source string) *pattern {
	p := &pattern{source: source}
	rest := p.liftLookaheads(source)
	if p.problem == nil {
		p.main, p.problem = regexp.Compile(goSpelling(rest))
	}
	if p.problem != nil {
		return p
	}
	if p.tree, p.problem = syntax.Parse(goSpelling(rest), syntax.Perl); p.problem != nil {
		return p
	}
	if program, err := syntax.Compile(p.tree.Simplify()); err == nil {
		p.size = len(program.Inst)
	}
	return p
}

// matches holds for every text when the pattern is not understood; makeText
// does not invent text for such a pattern, but values that the schema itself
// offers are taken at its word.
func (p *pattern) matches(s string) bool {
	if p.problem != nil {
		return true
	}
	if !p.main.MatchString(s) {
		return false
	}
	for _, re := range p.ahead {
		if !re.MatchString(s) {
			return false
		}
	}
	for _, re := range p.barred {
		if re.MatchString(s) {
			return false
		}
	}
	return true
}

// liftLookaheads takes (?=…) and (?!…) off the start of an anchored pattern
// and returns the pattern without them.
func (p *pattern) liftLookaheads(source string) string {
	rest, anchored := strings.CutPrefix(source, "^")
	for anchored && (strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!")) {
		end := closingParenthesis(rest)
		if end < 0 {
			return source
		}
		re, err := regexp.Compile("^(?:" + goSpelling(rest[3:end]) + ")")
		if err != nil {
			p.problem = err
			return source
		}
		if rest[2] == '=' {
			p.ahead = append(p.ahead, re)
		} else {
			p.barred = append(p.barred, re)
		}
		rest = rest[end+1:]
	}
	if p.ahead == nil && p.barred == nil {
		return source
	}
	if splitsOutside(rest) {
		return source // the lookahead belongs to one alternative only
	}
	return "^" + rest
}

// closingParenthesis finds the end of the group that s starts with.
func closingParenthesis(s string) int {
	end := -1
	scanGroups(s, func(i, depth int) bool {
		if s[i] == ')' && depth == 0 {
			end = i
			return false
		}
		return true
	})
	return end
}

// splitsOutside finds an alternation outside all groups.
func splitsOutside(s string) bool {
	found := false
	scanGroups(s, func(i, depth int) bool {
		found = s[i] == '|' && depth == 0
		return !found
	})
	return found
}

// scanGroups visits every byte that is neither escaped nor in a class, with
// the depth of groups after it.
func scanGroups(s string, visit func(i, depth int) bool) {
	depth, inClass := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
			continue
		case inClass:
			inClass = c != ']'
			continue
		case c == '[':
			inClass = true
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if !visit(i, depth) {
			return
		}
	}
}

var unicodeEscape = regexp.MustCompile(`\\u\{?([0-9a-fA-F]{4,6})\}?`)

// goSpelling rewrites ECMAScript's \uXXXX, which Go spells \x{XXXX}.
func goSpelling(source string) string {
	if _, err := syntax.Parse(source, syntax.Perl); err == nil {
		return source
	}
	return unicodeEscape.ReplaceAllString(source, `\x{$1}`)
}
