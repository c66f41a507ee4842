package sim

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/internal/schemagen"
	"github.com/seed63918563/llmgate/internal/tokens"
)

// reply is an answer, cut into the pieces that a stream sends. Each piece counts as one token.
type reply struct {
	pieces    []string
	refusal   bool
	calls     []chatCall
	reasoning int // hidden tokens, thought before the first piece
	finish    string
}

// tokens is what the answer counts.
func (a *reply) tokens() int {
	n := len(a.pieces) + a.reasoning
	for _, c := range a.calls {
		n += callTokens(&c)
	}
	return n
}

func callTokens(c *chatCall) int {
	return 4 + tokens.Text(c.Function.Name) + len(cut(c.Function.Arguments))
}

// reasoningTokens is how much a model thinks at each level.
var reasoningTokens = map[string]int{"minimal": 16, "low": 64, "medium": 192, "high": 512, "xhigh": 1024}

// compose decides what the model says, in as many tokens at most; 0 is no bound.
func (s *Sim) compose(req *chatRequest, most int, rng *rand.Rand) (*reply, *apiError) {
	a := &reply{finish: "stop", reasoning: reasoningTokens[req.ReasoningEffort]}
	var given *Answer
	if s.cfg.Respond != nil {
		given = s.cfg.Respond(req.prompt())
	}
	if given != nil {
		a.pieces = cut(given.Text)
		if a.refusal = given.Refusal != ""; a.refusal {
			a.pieces = cut(given.Refusal)
		}
		for _, c := range given.ToolCalls {
			a.calls = append(a.calls, newCall(c.Name, c.Arguments, rng))
		}
	} else if err := s.invent(req, a, rng); err != nil {
		return nil, err
	}
	if len(a.calls) > 0 {
		a.finish = "tool_calls"
		if req.ToolChoice.mode == "named" { // the vendor's own peculiarity
			a.finish = "stop"
		}
	}
	a.bound(req.Stop, most)
	return a, nil
}

// invent makes an answer up: tool calls where they are due, JSON under a schema, or text.
func (s *Sim) invent(req *chatRequest, a *reply, rng *rand.Rand) *apiError {
	if wanted := req.wantedTools(); len(wanted) > 0 {
		for _, t := range wanted {
			arguments, err := generate(t.Function.Parameters, rng)
			if err != nil {
				return invalid("tools", "invalid_function_parameters", "Invalid schema for function '"+t.Function.Name+"': "+err.Error())
			}
			a.calls = append(a.calls, newCall(t.Function.Name, arguments, rng))
		}
		return nil
	}
	switch req.ResponseFormat.Type {
	case "json_schema":
		text, err := generate(req.ResponseFormat.JSONSchema.Schema, rng)
		if err != nil {
			return invalid("response_format", "", "Invalid schema for response_format '"+req.ResponseFormat.JSONSchema.Name+"': "+err.Error())
		}
		a.pieces = cut(text)
	case "json_object":
		a.pieces = cut(`{"answer":"` + strings.Join(s.prose(rng), "") + `"}`)
	default:
		a.pieces = append(cut(preface(req.prompt().Text)), s.prose(rng)...)
	}
	return nil
}

func generate(schema []byte, rng *rand.Rand) (string, error) {
	if len(schema) == 0 {
		return "{}", nil
	}
	out, err := schemagen.Generate(schema, rng)
	return string(out), err
}

// wantedTools picks the tools that the model calls: the one named; when some call is due, those the question mentions or
// else the first; by its own choice, those the question mentions, unless it has their results.
func (r *chatRequest) wantedTools() []chatTool {
	if r.ToolChoice.mode == "named" {
		i := slices.IndexFunc(r.Tools, func(t chatTool) bool { return t.Function.Name == r.ToolChoice.name })
		return r.Tools[i : i+1]
	}
	last := r.Messages[len(r.Messages)-1]
	if len(r.Tools) == 0 || r.ToolChoice.mode == "none" || last.Role == "tool" && r.ToolChoice.mode != "required" {
		return nil
	}
	wanted := slices.DeleteFunc(slices.Clone(r.Tools), func(t chatTool) bool { return !mentions(last.Content.text, &t) })
	if len(wanted) == 0 && r.ToolChoice.mode == "required" {
		wanted = r.Tools[:1]
	}
	if len(wanted) > 1 && r.ParallelToolCalls != nil && !*r.ParallelToolCalls {
		wanted = wanted[:1]
	}
	return wanted
}

// mentions looks for the words of a tool's name in a question.
func mentions(text string, t *chatTool) bool {
	text = strings.ToLower(text)
	for _, word := range strings.FieldsFunc(strings.ToLower(t.Function.Name), func(r rune) bool { return r == '_' || r == '-' }) {
		if len(word) > 3 && strings.Contains(text, word) {
			return true
		}
	}
	return false
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

// prose makes sentences up, each word a piece with the space before it.
func (s *Sim) prose(rng *rand.Rand) []string {
	n := min(max(1, int(s.cfg.OutputTokens.Sample(rng))), longestProse)
	pieces := make([]string, n)
	start, left := true, 0
	for i := range pieces {
		word := words[rng.IntN(len(words))]
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
	if text := strings.Join(a.pieces, ""); len(stops) > 0 && text != "" {
		end := len(text)
		for _, stop := range stops {
			if i := strings.Index(text, stop); i >= 0 && stop != "" {
				end = min(end, i)
			}
		}
		if end < len(text) {
			a.pieces = keep(a.pieces, end)
		}
	}
	if most == 0 || a.tokens() <= most {
		return
	}
	a.finish = "length"
	a.reasoning = min(a.reasoning, most)
	a.pieces = a.pieces[:min(len(a.pieces), most-a.reasoning)]
	a.boundCalls(most - a.reasoning - len(a.pieces))
}

// boundCalls breaks off the arguments of the call in which the tokens run out, as a model does.
func (a *reply) boundCalls(left int) {
	for i := range a.calls {
		c := &a.calls[i]
		if n := callTokens(c); n <= left {
			left -= n
			continue
		}
		pieces := cut(c.Function.Arguments)
		fits := left - (callTokens(c) - len(pieces))
		if fits < 0 {
			a.calls = a.calls[:i]
			return
		}
		c.Function.Arguments = strings.Join(pieces[:fits], "")
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
