package sim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// anthropic is a client of the Messages API.
type anthropic struct{ *caller }

// versioned makes a client send what every request to the vendor must have.
func versioned(c *caller) anthropic {
	c.header = http.Header{"Anthropic-Version": {"2023-06-01"}}
	return anthropic{c}
}

// anthropicBothWays is bothWays for a client of the Messages API.
func anthropicBothWays(t *testing.T, cfg sim.Config, test func(anthropic)) {
	t.Helper()
	bothWays(t, cfg, func(c *caller) { test(versioned(c)) })
}

func anthropicInMemory(t *testing.T, cfg sim.Config, test func(anthropic)) {
	t.Helper()
	inMemory(t, cfg, func(c *caller) { test(versioned(c)) })
}

// prompt is the body of a request with one question. Of fields that come twice the last counts.
func prompt(question string, more ...string) string {
	text, _ := json.Marshal(question)
	return turns([]string{`{"role":"user","content":` + string(text) + `}`}, more...)
}

// turns is the body of a request with the given messages.
func turns(messages []string, more ...string) string {
	return talk(append([]string{`"max_tokens":5000`, `"messages":[` + strings.Join(messages, ",") + `]`}, more...)...)
}

// flowing makes a body ask for a stream.
func flowing(body string) string { return strings.TrimSuffix(body, "}") + `,"stream":true}` }

func (a anthropic) send(body string) *result {
	a.t.Helper()
	return a.do(http.MethodPost, "messages", body)
}

// reply is an answer as a client reads it.
type reply struct {
	ID, Type, Role, Model string
	Content               []block
	StopReason            *string                `json:"stop_reason"`
	StopSequence          *string                `json:"stop_sequence"`
	StopDetails           *struct{ Type string } `json:"stop_details"`
	Usage                 replyUsage
}

type block struct {
	Type                      string
	Text                      string
	Thinking, Signature, Data string
	ID, Name                  string
	Input                     json.RawMessage
	PartialJSON               string `json:"partial_json"`
}

type replyUsage struct {
	Input    int `json:"input_tokens"`
	Written  int `json:"cache_creation_input_tokens"`
	Read     int `json:"cache_read_input_tokens"`
	Output   int `json:"output_tokens"`
	Creation struct {
		Brief int `json:"ephemeral_5m_input_tokens"`
		Long  int `json:"ephemeral_1h_input_tokens"`
	} `json:"cache_creation"`
	Details struct {
		Thinking int `json:"thinking_tokens"`
	} `json:"output_tokens_details"`
}

func (r *result) reply() reply {
	r.t.Helper()
	r.good()
	var got reply
	if err := json.Unmarshal(r.body, &got); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	if got.Type != "message" || got.Role != "assistant" || !strings.HasPrefix(got.ID, "msg_01") || got.Content == nil || got.StopReason == nil {
		r.t.Fatalf("not a message: %s", r.body)
	}
	return got
}

func (r reply) text() (text string) {
	for _, b := range r.Content {
		text += b.Text
	}
	return text
}

// shape shows an answer without ids, which are random.
func (r reply) shape() string {
	var list []string
	for _, b := range r.Content {
		list = append(list, b.Type+" "+b.Text+b.Thinking+b.Name+string(b.Input))
	}
	return strings.Join(list, "; ") + " → " + or(r.StopReason, "null")
}

// trouble is the vendor's error.
type trouble struct {
	Type  string
	Error struct{ Type, Message string }
	ID    string `json:"request_id"`
}

func (r *result) trouble() trouble {
	r.t.Helper()
	if r.err != nil {
		r.t.Fatal(r.err)
	}
	var got trouble
	if err := json.Unmarshal(r.body, &got); err != nil || got.Type != "error" || got.ID == "" || got.ID != r.header.Get("Request-Id") {
		r.t.Fatalf("not an error with the id %q: %s", r.header.Get("Request-Id"), r.body)
	}
	return got
}

// happening is an event of a Messages stream.
type happening struct {
	name, raw string
	Type      string
	Index     int
	Message   *reply
	Block     block `json:"content_block"`
	Delta     struct {
		block
		StopReason   *string `json:"stop_reason"`
		StopSequence *string `json:"stop_sequence"`
	}
	Usage replyUsage
}

// happenings takes a stream apart, as far as it came. Every event has a name, which its data repeat.
func happenings(t *testing.T, body []byte) (list []happening, rest string) {
	t.Helper()
	blocks := strings.Split(string(body), "\n\n")
	for _, one := range blocks[:len(blocks)-1] {
		name, data, ok := strings.Cut(one, "\ndata: ")
		h := happening{name: strings.TrimPrefix(name, "event: "), raw: data}
		if !ok || !strings.HasPrefix(name, "event: ") || strings.Contains(data, "\n") {
			t.Fatalf("not an event: %q", one)
		}
		if json.Unmarshal([]byte(data), &h) != nil {
			h.name = "malformed"
		} else if h.Type != h.name {
			t.Fatalf("an event named %s has the type %s", h.name, h.Type)
		}
		list = append(list, h)
	}
	return list, blocks[len(blocks)-1]
}

// settle puts an answer together from a whole stream, checking the order of its events.
func (r *result) settle() reply {
	r.t.Helper()
	r.good()
	list, rest := happenings(r.t, r.body)
	if rest != "" || len(list) < 3 || list[0].name != "message_start" || list[len(list)-1].name != "message_stop" {
		r.t.Fatalf("not a whole stream: %s", r.body)
	}
	out, open := *list[0].Message, -1
	for _, h := range list[1 : len(list)-1] {
		switch h.name {
		case "content_block_start":
			if open >= 0 || h.Index != len(out.Content) {
				r.t.Fatalf("block %d begins while %d is open, after %d blocks", h.Index, open, len(out.Content))
			}
			open = h.Index
			out.Content = append(out.Content, h.Block)
		case "content_block_delta":
			if h.Index != open {
				r.t.Fatalf("a delta for block %d while %d is open", h.Index, open)
			}
			out.Content[open].add(r.t, h.Delta.block)
		case "content_block_stop":
			out.Content[open].close()
			open = -1
		case "message_delta":
			out.StopReason, out.StopSequence = h.Delta.StopReason, h.Delta.StopSequence
			out.Usage.Output, out.Usage.Details = h.Usage.Output, h.Usage.Details
		case "ping":
		default:
			r.t.Fatalf("unexpected event %s", h.raw)
		}
	}
	return out
}

func (b *block) add(t *testing.T, d block) {
	t.Helper()
	switch b.Type + " " + d.Type {
	case "text text_delta", "thinking thinking_delta", "thinking signature_delta":
		b.Text += d.Text
		b.Thinking += d.Thinking
		b.Signature += d.Signature
	case "tool_use input_json_delta":
		b.PartialJSON += d.PartialJSON
	default:
		t.Fatalf("a %s in a block of %s", d.Type, b.Type)
	}
}

// close reads the pieces of arguments; none is no arguments.
func (b *block) close() {
	if b.PartialJSON != "" {
		b.Input = json.RawMessage(b.PartialJSON)
	}
	b.PartialJSON = ""
}
