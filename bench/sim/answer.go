package sim

import (
	"crypto/sha512"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/internal/schemagen"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/internal/words"
)

// reply is an answer, cut into the pieces that a stream sends. Each piece counts as one token.
type reply struct {
	// thoughts are shown, with a seal that tells whether they come back unchanged; hidden tokens are thought unseen. Either
	// way thinking comes first.
	thoughts []string
	seal     string
	redacted bool // the thoughts are not to be read
	hidden   int
	pieces   []string
	refusal  bool // that is what the pieces are, or what came after them
	calls    []call
	end      ending
	// stop is the stop text that ended the pieces, if one did.
	stop string
}

// ending is why an answer ended.
type ending string

const (
	ended   ending = "ended"
	stopped ending = "stopped" // at a stop text
	full    ending = "full"    // at the maximum of tokens
	called  ending = "called"  // with calls of tools
	refused ending = "refused"
)

// thought is how many tokens were used for thinking.
func (a *reply) thought() int { return a.hidden + len(a.thoughts) }

// tokens is what the answer counts.
func (a *reply) tokens() int {
	n := a.thought() + len(a.pieces)
	for _, c := range a.calls {
		n += callTokens(&c)
	}
	return n
}

func (a *reply) text() string { return strings.Join(a.pieces, "") }

func callTokens(c *call) int { return callHead(c) + len(cut(c.arguments)) }

// callHead is what a call counts before its arguments.
func callHead(c *call) int { return 4 + tokens.Text(c.name) }

// reasoningTokens is how much a model thinks at each level.
var reasoningTokens = map[string]int{"minimal": 16, "low": 64, "medium": 192, "high": 512, "xhigh": 1024}

// compose decides what the model says, in as many tokens at most; 0 is no bound. The error is a badSchema.
func (s *Sim) compose(req *request, most int, rng *rand.Rand) (*reply, error) {
	a := &reply{end: ended}
	var given *Answer
	if s.cfg.Respond != nil {
		given = s.cfg.Respond(req.prompt())
	}
	a.think(req.thinking, given, rng)
	if given != nil {
		a.pieces = cut(given.Text)
		if given.Refusal != "" {
			a.refuse(given, req.wordless)
		}
		for _, c := range given.ToolCalls {
			a.addCall(c.Name, c.Arguments, rng)
		}
	} else if err := s.invent(req, a, rng); err != nil {
		return nil, err
	}
	if len(a.calls) > 0 {
		a.end = called
	}
	a.bound(req.stops, most)
	if len(a.thoughts) > 0 {
		a.seal = seal(strings.Join(a.thoughts, ""))
	}
	return a, nil
}

// refuse says the given words in place of the text. Where a refusal has none, the text that came before it stays, and
// without a text it is the prompt that is refused: nothing is thought about it.
func (a *reply) refuse(given *Answer, wordless bool) {
	a.refusal, a.end = true, refused
	switch {
	case !wordless:
		a.pieces = cut(given.Refusal)
	case given.Text == "":
		a.thoughts, a.hidden = nil, 0
	}
}

// think thinks what is given, or as much as asked.
func (a *reply) think(how thinking, given *Answer, rng *rand.Rand) {
	if how.tokens == 0 {
		return
	}
	var thoughts []string
	switch {
	case given != nil && given.Reasoning != "":
		thoughts = cut(given.Reasoning)
		how.tokens = len(thoughts)
	case how.visible:
		thoughts = prose(how.tokens, rng)
	}
	if how.visible {
		a.thoughts, a.redacted = thoughts, given != nil && given.Redacted
	} else {
		a.hidden = how.tokens
	}
}

// seal is the signature of what a model showed of its thinking, or of a call: opaque to a client, which has to send it
// back as it came.
func seal(text string) string {
	sum := sha512.Sum512([]byte("seal of the simulator\n" + text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (a *reply) addCall(name, arguments string, rng *rand.Rand) {
	a.calls = append(a.calls, call{id: randomID(rng, 24), name: name, arguments: arguments})
}

// invent makes an answer up: tool calls where they are due, JSON under a schema, or text.
func (s *Sim) invent(req *request, a *reply, rng *rand.Rand) error {
	if wanted := req.wantedTools(); len(wanted) > 0 {
		for _, t := range wanted {
			arguments, err := valueOf(t.schema, rng)
			if err != nil {
				return badSchema{tool: t.name, err: err}
			}
			a.addCall(t.name, arguments, rng)
		}
		return nil
	}
	switch req.format.kind {
	case "schema":
		text, err := valueOf(req.format.schema, rng)
		if err != nil {
			return badSchema{format: req.format.name, err: err}
		}
		a.pieces = cut(text)
	case "json":
		a.pieces = cut(`{"answer":"` + strings.Join(s.prose(rng), "") + `"}`)
	default:
		a.pieces = append(cut(preface(req.prompt().Text)), s.prose(rng)...)
	}
	return nil
}

func valueOf(schema []byte, rng *rand.Rand) (string, error) {
	if len(schema) == 0 {
		return "{}", nil
	}
	out, err := schemagen.Generate(schema, rng)
	return string(out), err
}

// preface repeats the beginning of the question, so that a reader sees what is answered and by whom.
func preface(question string) string {
	const most = 60
	question = strings.Join(strings.Fields(question), " ")
	if runes := []rune(question); len(runes) > most {
		question = string(runes[:most]) + "…"
	}
	return "Simulated answer to “" + question + "”:"
}

// longestProse keeps the tail of a distribution from filling the memory.
const longestProse = 1 << 20

// prose is as long as answers are to be.
func (s *Sim) prose(rng *rand.Rand) []string {
	return prose(min(max(1, int(s.cfg.OutputTokens.Sample(rng))), longestProse), rng)
}

// prose makes sentences up, each word a piece with the space before it.
func prose(n int, rng *rand.Rand) []string {
	pieces := make([]string, n)
	start, left := true, 0
	for i := range pieces {
		word := words.List[rng.IntN(len(words.List))]
		if start {
			word = strings.ToUpper(word[:1]) + word[1:]
			left = 5 + rng.IntN(12)
		}
		left--
		if start = left <= 0 || i == n-1; start {
			word += "."
		}
		pieces[i] = " " + word
	}
	return pieces
}

// pieceSize is the length, in characters, of the pieces of text that is not made up word by word.
const pieceSize = 4

// cut splits a text into pieces.
func cut(text string) []string {
	var pieces []string
	runes := []rune(text)
	for len(runes) > 0 {
		n := min(pieceSize, len(runes))
		pieces = append(pieces, string(runes[:n]))
		runes = runes[n:]
	}
	return pieces
}

// bound ends the answer at a stop text, and at the maximum of tokens, which thinking uses up first.
func (a *reply) bound(stops []string, most int) {
	a.stopAt(stops)
	if most == 0 || a.tokens() <= most {
		return
	}
	a.end = full
	a.hidden = min(a.hidden, most)
	a.thoughts = a.thoughts[:min(len(a.thoughts), most-a.hidden)]
	a.pieces = a.pieces[:min(len(a.pieces), most-a.thought())]
	a.boundCalls(most - a.thought() - len(a.pieces))
}

// stopAt ends the text where the first of the stop texts begins.
func (a *reply) stopAt(stops []string) {
	text := a.text()
	end := len(text)
	for _, stop := range stops {
		if i := strings.Index(text, stop); i >= 0 && i < end && stop != "" {
			end, a.stop = i, stop
		}
	}
	if end == len(text) {
		return
	}
	a.pieces = keep(a.pieces, end)
	if a.end == ended {
		a.end = stopped
	}
}

// boundCalls breaks off the arguments of the call in which the tokens run out, as a model does.
func (a *reply) boundCalls(left int) {
	for i := range a.calls {
		c := &a.calls[i]
		if n := callTokens(c); n <= left {
			left -= n
			continue
		}
		pieces := cut(c.arguments)
		fits := left - callHead(c)
		if fits < 0 {
			a.calls = a.calls[:i]
			return
		}
		c.arguments = strings.Join(pieces[:fits], "")
		a.calls = a.calls[:i+1]
		return
	}
}

// keep returns the pieces of the first n bytes.
func keep(pieces []string, n int) []string {
	for i, p := range pieces {
		if n <= len(p) {
			return append(slices.Clone(pieces[:i]), p[:n])
		}
		n -= len(p)
	}
	return pieces
}
