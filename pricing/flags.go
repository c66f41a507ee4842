package pricing

import (
	"fmt"
	"iter"
	"strings"
)

// Flags is a set of capabilities; [request.Capabilities] says what each means.
type Flags uint16

// The capabilities. Without Described nobody has said what the model can do, and the others mean nothing.
const (
	Streaming Flags = 1 << iota
	Tools
	ParallelTools
	JSONMode
	JSONSchema
	Vision
	PDF
	Audio
	Reasoning
	PromptCaching
	Sampling
	Described
)

// notations are the letter of each flag in the table and its word for people, in the order of writing.
var notations = [...]struct {
	flag   Flags
	letter byte
	word   string
}{
	{Streaming, 's', "stream"},
	{Tools, 't', "tools"},
	{ParallelTools, 'p', "parallel"},
	{JSONMode, 'j', "json"},
	{JSONSchema, 'J', "schema"},
	{Vision, 'v', "vision"},
	{PDF, 'd', "pdf"},
	{Audio, 'a', "audio"},
	{Reasoning, 'r', "reasoning"},
	{PromptCaching, 'c', "cache"},
	{Sampling, 'T', "sampling"},
}

// Has reports whether all flags of a set are in f.
func (f Flags) Has(set Flags) bool { return f&set == set }

// Words yields a word for each capability, in a fixed order.
func (f Flags) Words() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, n := range notations {
			if f.Has(n.flag) && !yield(n.word) {
				return
			}
		}
	}
}

// String writes a letter for each capability, in a fixed order: "?" if nothing is described, "-" if it can do nothing.
func (f Flags) String() string {
	if !f.Has(Described) {
		return "?"
	}
	letters := make([]byte, 0, len(notations))
	for _, n := range notations {
		if f.Has(n.flag) {
			letters = append(letters, n.letter)
		}
	}
	if len(letters) == 0 {
		return "-"
	}
	return string(letters)
}

// ParseFlags reads what String writes, with the letters in any order.
func ParseFlags(s string) (Flags, error) {
	switch s {
	case "?":
		return 0, nil
	case "-":
		return Described, nil
	case "":
		return 0, fmt.Errorf("no flags; write - for none, ? for unknown")
	}
	flags := Described
	for _, letter := range []byte(s) {
		flag := flagOf(letter)
		if flag == 0 {
			return 0, fmt.Errorf("flag %q in %q is none of %s", letter, s, allLetters())
		}
		flags |= flag
	}
	return flags, nil
}

func flagOf(letter byte) Flags {
	for _, n := range notations {
		if n.letter == letter {
			return n.flag
		}
	}
	return 0
}

func allLetters() string {
	var b strings.Builder
	for _, n := range notations {
		b.WriteByte(n.letter)
	}
	return b.String()
}
