// Package tokens guesses how many tokens a text has, without a vocabulary: by the shape of words, numbers, punctuation and
// scripts, as byte-pair tokenizers tend to split them. It is for planning and for answers whose usage a provider left
// out; every number that comes from here is to be marked as estimated. Use the provider's own count where it matters.
package tokens

import (
	"unicode"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/request"
)

// Costs of what is not text, in tokens.
const (
	// perMessage is the framing of one message, perTool that of one tool.
	perMessage = 4
	perTool    = 8
	// perImage is a medium-sized image at default detail; providers range from 85 to 1,600.
	perImage = 765
	// A second of sound and a page of a document, by their usual sizes in bytes.
	bytesPerAudioToken = 3200
	bytesPerFileToken  = 64
)

// class groups characters that a tokenizer keeps together.
type class uint8

const (
	space class = iota
	letter
	digit
	mark
	foreign  // letters of alphabets that tokenizers split more finely than Latin
	ideogram // scripts in which a character is about a token
)

// cost is how many tokens a run of a class makes. The divisors are how many characters of it make a token.
func (c class) cost(run int) int {
	switch c {
	case space:
		return max(0, run-1) / 8 // a single space belongs to the word after it
	case letter:
		return (run + 7) / 8
	case digit, mark:
		return (run + 2) / 3
	case foreign:
		return (run + 3) / 4
	}
	return run
}

// ascii has the classes of single bytes, for nearly all of most texts.
var ascii = func() (classes [utf8.RuneSelf]class) {
	for r := range classes {
		classes[r] = classOf(rune(r))
	}
	return classes
}()

// Text estimates the tokens of a text. It does not allocate.
func Text(s string) int {
	n, run, current := 0, 0, space
	for i := 0; i < len(s); run++ {
		var c class
		if b := s[i]; b < utf8.RuneSelf {
			c = ascii[b]
			i++
		} else {
			r, size := utf8.DecodeRuneInString(s[i:])
			c = classOf(r)
			i += size
		}
		if c != current {
			n += current.cost(run)
			current, run = c, 0
		}
	}
	return n + current.cost(run)
}

func classOf(r rune) class {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', 0xc0 <= r && r < 0x250:
		return letter
	case r == ' ':
		return space
	case '0' <= r && r <= '9':
		return digit
	case r < utf8.RuneSelf:
		return mark
	case r < 0x2000 && (unicode.IsLetter(r) || unicode.IsMark(r)):
		return foreign
	}
	return ideogram
}

// measure counts the tokens of a text.
type measure func(string) int

// Request estimates the prompt of a request: its messages, tools and schema.
func Request(r *request.Request) int { return measure(Text).request(r) }

// Reckoned is the estimate to keep rate limits by: no less than a quarter of the characters, which is what providers reckon
// with before they count. Being above that is made up for by what they say is left; being below it is being refused.
func Reckoned(r *request.Request) int { return measure(reckoned).request(r) }

func reckoned(s string) int { return max(Text(s), (len(s)+3)/4) }

func (text measure) request(r *request.Request) int {
	n := 0
	for i := range r.Messages {
		n += text.message(&r.Messages[i])
	}
	for i := range r.Tools {
		t := &r.Tools[i]
		n += perTool + text(t.Name) + text(t.Description) + jsonTokens(len(t.Parameters))
	}
	return n + jsonTokens(len(r.ResponseFormat.Schema))
}

// jsonTokens estimates compact JSON by its size.
func jsonTokens(bytes int) int { return (bytes + 3) / 4 }

func (text measure) message(m *request.Message) int {
	return perMessage + text(m.Content) + text(m.Name) + text.parts(m.Parts)
}

func (text measure) parts(list []request.Part) int {
	n := 0
	for _, p := range list {
		switch p := p.(type) {
		case request.TextPart:
			n += text(p.Text)
		case request.ReasoningPart:
			n += text(p.Text)
		case request.ImagePart:
			n += perImage
		case request.FilePart:
			n += len(p.Data) / bytesPerFileToken
		case request.AudioPart:
			n += len(p.Data)/bytesPerAudioToken + text(p.Transcript)
		case request.ToolCall:
			n += perTool + text(p.Name) + text(p.Arguments)
		case request.ToolResult:
			n += perTool + text(p.Content) + text.parts(p.Parts)
		}
	}
	return n
}

// Response estimates the tokens that an answer has, from its parts.
func Response(r *request.Response) int { return measure(Text).parts(r.Parts) + Text(r.Refusal) }
