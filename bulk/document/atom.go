package document

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/tokens"
)

// rank says how good a place to cut is.
type rank uint8

const (
	insideWord rank = iota
	afterWord
	afterSentence
	afterLine
	afterParagraph
)

// atomEnd is a place between two atoms of a chunk, with the tokens of the chunk up to it.
type atomEnd struct {
	at     int
	tokens int
	rank   rank
}

// maxAtom bounds an atom, in characters. A character is at most one token, so that any atom fits any chunk.
const maxAtom = MinChunkTokens - 1

// nextAtom measures what a text begins with that is better not cut: a word with the white space around it, up to the end of
// the last line that the space ends. The sum of its atoms' tokens is never less than the tokens of a text: at a cut the
// estimate can only grow, except inside a run of spaces, where one is added.
func nextAtom(text string) (size, cost int, end rank) {
	word, newlines, chars := 0, 0, 0 // word is the end of the last character that is no space
	lineEnd := 0
	for size < len(text) && chars < maxAtom {
		c, n := rune(text[size]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(text[size:])
		}
		isSpace := unicode.IsSpace(c)
		if !isSpace && (word < size && word > 0 || newlines > 0) {
			break
		}
		size += n
		chars++
		switch {
		case c == '\n':
			newlines++
			lineEnd = size
		case !isSpace:
			word = size
		}
	}
	if lineEnd > 0 {
		size = lineEnd
	}
	cost = tokens.Text(text[:size])
	if word < size && size < len(text) && text[size-1] == ' ' && text[size] == ' ' {
		cost++
	}
	return size, cost, rankOf(text[:size], word, newlines)
}

// sentenceEnds are the marks after which, and a space, a sentence is likely over; ideographic ones need no space.
const sentenceEnds, ideographicEnds = ".!?…", "。！？"

func rankOf(atom string, word, newlines int) rank {
	last, _ := utf8.DecodeLastRuneInString(atom[:word])
	switch {
	case newlines > 1:
		return afterParagraph
	case newlines == 1:
		return afterLine
	case strings.ContainsRune(ideographicEnds, last), word < len(atom) && strings.ContainsRune(sentenceEnds, last):
		return afterSentence
	case word < len(atom):
		return afterWord
	}
	return insideWord
}
