package anthropic

import (
	"strconv"
	"strings"
	"unicode"
)

// model is what a Claude model's name says of it. What the API takes differs from generation to generation, and a field too
// much is refused. Names that are not Claude's have neither family nor version and get what every server knows.
type model struct {
	family string
	// version is 100 times the first number of the name plus the second: 405 is 4.5.
	version int
}

// modelOf reads names such as claude-sonnet-4-5-20250929, claude-3-7-sonnet@20250219 or us.anthropic.claude-opus-4-6-v1.
func modelOf(name string) (m model) {
	_, rest, _ := strings.Cut(name, "claude-")
	numbers := 0
	for word := range strings.FieldsFuncSeq(rest, isSeparator) {
		switch {
		case word[0] < '0' || word[0] > '9':
			if m.family == "" {
				m.family = word
			}
		case len(word) <= 2 && numbers < 2: // longer is a date
			n, _ := strconv.Atoi(word)
			m.version = m.version*100 + n
			numbers++
		}
	}
	if numbers == 1 {
		m.version *= 100
	}
	return m
}

func isSeparator(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// thinks: the model can think. Of other models than Claude nothing is known.
func (m model) thinks() bool { return m.version == 0 || m.version >= 307 }

// adaptive: the model decides itself how long it thinks, led by an effort.
func (m model) adaptive() bool { return m.version >= 406 || m.family == "mythos" }

// budgets: thinking can be given a number of tokens.
func (m model) budgets() bool { return m.version < 407 && m.family != "mythos" }

// always: thinking can't be turned off.
func (m model) always() bool {
	return m.family == "fable" || m.family == "mythos" || m.family == "opus" && m.version >= 505
}

// sampling: temperature, top_p and top_k are taken; exclusive: but not temperature and top_p together.
func (m model) sampling() bool  { return m.version < 407 }
func (m model) exclusive() bool { return m.version >= 401 }

// structured: answers and tool calls can be held to a schema.
func (m model) structured() bool { return m.version >= 405 || m.family == "mythos" }

// What bounds an answer where neither the request nor a description of the model does. Models since Claude 3.7 can all write
// DefaultMaxTokens, older and unknown ones only DefaultMaxTokensOlder.
const (
	DefaultMaxTokens      = 32_000
	DefaultMaxTokensOlder = 4_096
)

func (m model) maxTokens() int {
	if m.version >= 307 {
		return DefaultMaxTokens
	}
	return DefaultMaxTokensOlder
}
