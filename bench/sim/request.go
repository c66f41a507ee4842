package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/tokens"
)

// request is what a model is asked, in whatever dialect.
type request struct {
	model    string
	stream   bool
	messages []message
	tools    []tool
	choice   toolChoice
	// single: one tool call at a time.
	single bool
	format format
	// most bounds the tokens of the answer; 0 is no bound.
	most     int
	stops    []string
	thinking thinking
	// wordless: a refusal has no words of its own.
	wordless bool
	// choices is how many times the answer is given; 0 is once.
	choices int
	// prefixes are the beginnings of the prompt that a cache may know, shortest first.
	prefixes []prefix
}

// message is a turn of the conversation. Each result of a tool is a message of its own, of the role "tool".
type message struct {
	role          string
	text          string
	images, files int
	calls         []call
	// callID is what a result answers; failed: the tool did.
	callID string
	failed bool
}

// call is a call of a tool. The arguments of one that a model makes need not be whole.
type call struct{ id, name, arguments string }

type tool struct {
	name, description string
	schema            json.RawMessage
}

// toolChoice: "" and "auto" leave it to the model, "none" forbids, "required" demands some call, "named" that of a tool on
// offer. If some are allowed, the others must not be called.
type toolChoice struct {
	mode, name string
	allowed    []string
}

// format of the answer: "" is text, "json" any object, "schema" what fits the schema.
type format struct {
	kind, name string
	schema     json.RawMessage
}

// thinking is how many tokens a model thinks unless they are given, and whether it shows them.
type thinking struct {
	tokens  int
	visible bool
}

// times is how many times the answer is given.
func (r *request) times() int { return max(1, r.choices) }

// mediaTokens is what a part that is not text counts.
const mediaTokens = 85

// size counts the prompt by the simulator's tokenizer, framing included.
func (r *request) size() int {
	n := 3 + sizeOf(r.messages)
	for _, t := range r.tools {
		n += t.size()
	}
	return n + tokens.Text(string(r.format.schema))
}

func sizeOf(messages []message) (n int) {
	for _, m := range messages {
		n += 4 + tokens.Text(m.text) + mediaTokens*(m.images+m.files)
		for _, c := range m.calls {
			n += 4 + tokens.Text(c.name) + tokens.Text(c.arguments)
		}
	}
	return n
}

func (t *tool) size() int {
	return 8 + tokens.Text(t.name) + tokens.Text(t.description) + tokens.Text(string(t.schema))
}

// estimate is what the prompt counts against the limits before anything is tokenized.
func (r *request) estimate() int {
	characters := 0
	for _, m := range r.messages {
		characters += utf8.RuneCountInString(m.text)
	}
	return (characters + 3) / 4
}

// charged is what the whole request counts against the token limit, by the same estimate.
func (r *request) charged(charge Charge) int {
	if charge == ChargeMax {
		return max(r.estimate(), r.most)
	}
	return r.estimate() + r.most
}

func (r *request) prompt() *Prompt {
	p := &Prompt{Model: r.model, Turns: len(r.messages)}
	names := map[string]string{} // of the tools called, by the id of the call
	for _, m := range r.messages {
		p.Images += m.images
		p.Files += m.files
		for _, c := range m.calls {
			names[c.id] = c.name
		}
		if m.role != "tool" {
			p.Results = nil
		}
		switch m.role {
		case "system", "developer":
			p.System = strings.TrimPrefix(p.System+"\n\n"+m.text, "\n\n")
		case "user":
			p.Text = m.text
		case "tool":
			p.Results = append(p.Results, ToolResult{Name: names[m.callID], Text: m.text, Failed: m.failed})
		}
	}
	for _, t := range r.tools {
		p.Tools = append(p.Tools, t.name)
	}
	return p
}

// wantedTools picks the tools that the model calls: the one named; when some call is due, those the question mentions or
// else the first; by its own choice, those the question mentions, unless it has their results.
func (r *request) wantedTools() []tool {
	tools := slices.DeleteFunc(slices.Clone(r.tools), func(t tool) bool { return !r.choice.allows(t.name) })
	if r.choice.mode == "named" {
		return tools
	}
	last := r.messages[len(r.messages)-1]
	if len(tools) == 0 || r.choice.mode == "none" || last.role == "tool" && r.choice.mode != "required" {
		return nil
	}
	wanted := slices.DeleteFunc(slices.Clone(tools), func(t tool) bool { return !mentions(last.text, t.name) })
	if len(wanted) == 0 && r.choice.mode == "required" {
		wanted = tools[:1]
	}
	if len(wanted) > 1 && r.single {
		wanted = wanted[:1]
	}
	return wanted
}

// allows reports whether a tool may be called.
func (c *toolChoice) allows(name string) bool {
	if c.mode == "named" {
		return name == c.name
	}
	return len(c.allowed) == 0 || slices.Contains(c.allowed, name)
}

// mentions looks for the words of a tool's name in a question.
func mentions(text, name string) bool {
	text = strings.ToLower(text)
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' }) {
		if len(word) > 3 && strings.Contains(text, word) {
			return true
		}
	}
	return false
}
