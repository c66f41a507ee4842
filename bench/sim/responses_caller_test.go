package sim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// inquire is the body of a Responses request with a text for input.
func inquire(question string, more ...string) string {
	text, _ := json.Marshal(question)
	return talk(append([]string{`"input":` + string(text)}, more...)...)
}

// items is the body of a Responses request with items for input.
func items(list []string, more ...string) string {
	return talk(append([]string{`"input":[` + strings.Join(list, ",") + `]`}, more...)...)
}

func (c *caller) respond(body string) *result {
	c.t.Helper()
	return c.do(http.MethodPost, "responses", body)
}

// response is an answer as a client reads it.
type response struct {
	ID, Object, Status, Model string
	CreatedAt                 int64  `json:"created_at"`
	CompletedAt               *int64 `json:"completed_at"`
	Error                     *struct{ Code, Message string }
	IncompleteDetails         *struct{ Reason string } `json:"incomplete_details"`
	Output                    []outputItem
	Usage                     *responseUsage
}

type outputItem struct {
	ID, Type, Status, Role string
	Content                []struct{ Type, Text, Refusal string }
	Summary                []struct{ Type, Text string }
	EncryptedContent       string `json:"encrypted_content"`
	CallID                 string `json:"call_id"`
	Name, Arguments        string
}

type responseUsage struct {
	Input        int `json:"input_tokens"`
	Output       int `json:"output_tokens"`
	Total        int `json:"total_tokens"`
	InputDetails struct {
		Cached int `json:"cached_tokens"`
	} `json:"input_tokens_details"`
	OutputDetails struct {
		Reasoning int `json:"reasoning_tokens"`
	} `json:"output_tokens_details"`
}

// responded decodes a good answer.
func (r *result) responded() response {
	r.t.Helper()
	r.good()
	var got response
	if err := json.Unmarshal(r.body, &got); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	if !strings.HasPrefix(got.ID, "resp_") || got.Object != "response" || got.CreatedAt == 0 || got.Output == nil || got.Usage == nil || got.Usage.Total != got.Usage.Input+got.Usage.Output {
		r.t.Fatalf("not a response: %s", r.body)
	}
	return got
}

// shape shows an answer without ids, which are random.
func (r response) shape() string {
	var list []string
	for _, i := range r.Output {
		said := i.Type + " " + i.Status + ": " + i.Name + i.Arguments
		for _, p := range i.Content {
			said += p.Type + " " + p.Text + p.Refusal
		}
		for _, s := range i.Summary {
			said += s.Type + " " + s.Text
		}
		list = append(list, said)
	}
	return strings.Join(list, "; ") + " → " + r.Status
}

// signal is an event of a Responses stream.
type signal struct {
	name, raw string
	Type      string
	Sequence  *int `json:"sequence_number"`
	Response  *response
	Item      *outputItem
	ItemID    string `json:"item_id"`
	Place     *int   `json:"output_index"`
	Content   *int   `json:"content_index"`
	Summary   *int   `json:"summary_index"`
	Delta     string
	Text      string
	Refusal   string
	Arguments string
	Part      *struct{ Type, Text, Refusal string }
	Error     *apiError
}

// signals takes a stream apart, as far as it came. Every event has a name, which its data repeat.
func signals(t *testing.T, body []byte) (list []signal, rest string) {
	t.Helper()
	blocks := strings.Split(string(body), "\n\n")
	for _, one := range blocks[:len(blocks)-1] {
		name, data, ok := strings.Cut(one, "\ndata: ")
		s := signal{name: strings.TrimPrefix(name, "event: "), raw: data}
		if !ok || !strings.HasPrefix(name, "event: ") || strings.Contains(data, "\n") {
			t.Fatalf("not an event: %q", one)
		}
		if json.Unmarshal([]byte(data), &s) != nil {
			s.name = "malformed"
		} else if s.Type != s.name {
			t.Fatalf("an event named %s has the type %s", s.name, s.Type)
		}
		list = append(list, s)
	}
	return list, blocks[len(blocks)-1]
}

// unfolded puts an answer together from the pieces of a whole stream, checking that they are numbered, stand where they
// belong, and add up to what each end says.
func (r *result) unfolded() response {
	r.t.Helper()
	r.good()
	list, rest := signals(r.t, r.body)
	if rest != "" || len(list) < 3 || list[0].name != "response.created" || list[1].name != "response.in_progress" {
		r.t.Fatalf("not a whole stream: %s", r.body)
	}
	var out []outputItem
	said := ""
	for n, s := range list {
		if s.Sequence == nil || *s.Sequence != n {
			r.t.Fatalf("event %d: %s", n, s.raw)
		}
		if n < 2 || n == len(list)-1 {
			continue
		}
		if s.Place == nil || *s.Place != len(out) || s.Item == nil && s.ItemID == "" {
			r.t.Fatalf("event %d: %s", n, s.raw)
		}
		switch {
		case strings.HasSuffix(s.name, ".delta"):
			said += s.Delta
		case strings.HasSuffix(s.name, ".done") && s.Item == nil && s.Part == nil:
			if got := s.Text + s.Refusal + s.Arguments; got != said {
				r.t.Fatalf("%q, but %q went before", got, said)
			}
			said = ""
		case s.name == "response.output_item.done":
			out = append(out, *s.Item)
		}
	}
	end := *list[len(list)-1].Response
	if list[len(list)-1].name != "response."+end.Status {
		r.t.Fatalf("%s of a response that is %s", list[len(list)-1].name, end.Status)
	}
	if streamed := (response{Output: out, Status: end.Status}); streamed.shape() != end.shape() {
		r.t.Fatalf("streamed %s, at last %s", streamed.shape(), end.shape())
	}
	return end
}
