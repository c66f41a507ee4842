package sim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// gemini is a client of the Gemini API.
type gemini struct{ *caller }

func geminiBothWays(t *testing.T, cfg sim.Config, test func(gemini)) {
	t.Helper()
	bothWays(t, cfg, func(c *caller) { test(gemini{c}) })
}

func geminiInMemory(t *testing.T, cfg sim.Config, test func(gemini)) {
	t.Helper()
	inMemory(t, cfg, func(c *caller) { test(gemini{c}) })
}

// The three ways to an answer.
const (
	wholly    = "generateContent"
	eventwise = "streamGenerateContent?alt=sse"
	arraywise = "streamGenerateContent"
)

// content is a turn with one part.
func content(role, part string) string { return `{"role":"` + role + `","parts":[` + part + `]}` }

// contents is the body of a request with the given turns.
func contents(turns []string, more ...string) string {
	return "{" + strings.Join(append([]string{`"contents":[` + strings.Join(turns, ",") + `]`}, more...), ",") + "}"
}

// query is the body of a request with one question.
func query(question string, more ...string) string {
	text, _ := json.Marshal(question)
	return contents([]string{content("user", `{"text":`+string(text)+`}`)}, more...)
}

func (g gemini) send(method, body string) *result {
	g.t.Helper()
	return g.do(http.MethodPost, "/v1beta/models/demo:"+method, body)
}

// candidates is an answer as a client reads it, or a piece of one.
type candidates struct {
	Candidates []struct {
		Content struct {
			Role  string
			Parts []part
		}
		FinishReason  string
		FinishMessage string
		Index         int
		SafetyRatings []struct{ Blocked bool }
	}
	PromptFeedback *struct{ BlockReason string }
	UsageMetadata  metadata
	ModelVersion   string
	ResponseID     string
	raw            string
}

type part struct {
	Text             *string
	Thought          bool
	ThoughtSignature string
	FunctionCall     *struct {
		Name, ID string
		Args     json.RawMessage
	}
}

type metadata struct {
	Prompt     int        `json:"promptTokenCount"`
	Cached     int        `json:"cachedContentTokenCount"`
	Candidates int        `json:"candidatesTokenCount"`
	Thoughts   int        `json:"thoughtsTokenCount"`
	Total      int        `json:"totalTokenCount"`
	Details    []modality `json:"promptTokensDetails"`
	Traffic    string     `json:"trafficType"`
}

type modality struct {
	Modality   string
	TokenCount int
}

func readCandidates(t *testing.T, raw string) candidates {
	t.Helper()
	out := candidates{raw: raw}
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return out
}

// pieces takes an answer apart, in whatever form it came: whole, as events, or as an array.
func (r *result) pieces() (list []candidates) {
	r.t.Helper()
	r.good()
	switch body := string(r.body); body[0] {
	case '{':
		list = append(list, readCandidates(r.t, body))
	case '[':
		var raws []json.RawMessage
		if err := json.Unmarshal(r.body, &raws); err != nil {
			r.t.Fatalf("%v in %s", err, body)
		}
		for _, raw := range raws {
			list = append(list, readCandidates(r.t, string(raw)))
		}
	default:
		events, rest := occurrences(r.t, r.body)
		if rest != "" {
			r.t.Fatalf("the stream ends in the middle of an event: %q", rest)
		}
		for _, raw := range events {
			list = append(list, readCandidates(r.t, raw))
		}
	}
	return list
}

// occurrences are the events of a stream, as far as it came. The vendor ends its lines as HTTP does.
func occurrences(t *testing.T, body []byte) (list []string, rest string) {
	t.Helper()
	blocks := strings.Split(string(body), "\r\n\r\n")
	for _, block := range blocks[:len(blocks)-1] {
		raw, ok := strings.CutPrefix(block, "data: ")
		if !ok || strings.ContainsAny(raw, "\r\n") {
			t.Fatalf("not one line of data: %q", block)
		}
		list = append(list, raw)
	}
	return list, blocks[len(blocks)-1]
}

// merged is an answer put together: for each candidate what it says, without what is random, and why it ended.
type merged struct {
	said   []string
	usage  metadata
	texts  []string
	pieces int
}

func (r *result) merged() (out merged) {
	r.t.Helper()
	list := r.pieces()
	for i, p := range list {
		if p.ResponseID == "" || p.ResponseID != list[0].ResponseID || p.ModelVersion == "" || p.UsageMetadata.Total != p.UsageMetadata.Prompt+p.UsageMetadata.Candidates+p.UsageMetadata.Thoughts {
			r.t.Fatalf("piece %d: %s", i, p.raw)
		}
		for _, c := range p.Candidates {
			for len(out.said) <= c.Index {
				out.said, out.texts = append(out.said, ""), append(out.texts, "")
			}
			for _, one := range c.Content.Parts {
				out.said[c.Index] = strings.ReplaceAll(out.said[c.Index]+one.show(), ")(", "")
				if one.Text != nil && !one.Thought {
					out.texts[c.Index] += *one.Text
				}
			}
			if c.FinishReason != "" {
				out.said[c.Index] += "→" + c.FinishReason
			}
		}
		if p.PromptFeedback != nil {
			out.said = append(out.said, "blocked: "+p.PromptFeedback.BlockReason)
		}
	}
	out.pieces, out.usage = len(list), list[len(list)-1].UsageMetadata
	return out
}

func (p part) show() string {
	switch {
	case p.FunctionCall != nil:
		return "{" + p.FunctionCall.Name + string(p.FunctionCall.Args) + "}"
	case p.Thought:
		return "(" + *p.Text + ")"
	}
	return *p.Text
}

// status is the vendor's error.
type status struct {
	Code    int
	Message string
	Status  string
	Details []map[string]any
}

// statusOf reads an error from an object, or from the array that a stream would have been.
func (r *result) statusOf() status {
	r.t.Helper()
	if r.err != nil {
		r.t.Fatal(r.err)
	}
	return readStatus(r.t, strings.TrimSuffix(strings.TrimPrefix(string(r.body), "["), "]"))
}

func readStatus(t *testing.T, raw string) status {
	t.Helper()
	var got struct{ Error status }
	if err := json.Unmarshal([]byte(raw), &got); err != nil || got.Error.Code == 0 || got.Error.Status == "" || got.Error.Message == "" {
		t.Fatalf("not an error: %s", raw)
	}
	return got.Error
}

// detail is the detail of a type, nil if there is none.
func (s status) detail(kind string) map[string]any {
	for _, d := range s.Details {
		if d["@type"] == "type.googleapis.com/google.rpc."+kind {
			return d
		}
	}
	return nil
}
