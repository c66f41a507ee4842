package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// line is a line of Ollama's stream, or a whole answer.
type line struct {
	Model     string
	CreatedAt time.Time `json:"created_at"`
	Message   struct {
		Role      string
		Content   string
		Thinking  string
		ToolCalls []struct {
			ID       string
			Function struct {
				Index     int
				Name      string
				Arguments json.RawMessage
			}
		} `json:"tool_calls"`
	}
	Done         bool
	DoneReason   string        `json:"done_reason"`
	Total        time.Duration `json:"total_duration"`
	Load         time.Duration `json:"load_duration"`
	PromptCount  int           `json:"prompt_eval_count"`
	PromptTime   time.Duration `json:"prompt_eval_duration"`
	AnswerCount  int           `json:"eval_count"`
	AnswerTime   time.Duration `json:"eval_duration"`
	Error        string
	raw, reading string
}

// local is a request to Ollama with one question, whole unless it says otherwise.
func local(question string, more ...string) string {
	return ask(question, append([]string{`"stream":false`}, more...)...)
}

func (c *caller) ollama(body string) *result {
	c.t.Helper()
	return c.do(http.MethodPost, "/api/chat", body)
}

// lines takes a stream apart, as far as it came.
func (r *result) lines() (list []line, rest string) {
	r.t.Helper()
	all := strings.Split(string(r.body), "\n")
	for _, raw := range all[:len(all)-1] {
		l := line{raw: raw}
		if json.Unmarshal([]byte(raw), &l) != nil {
			l.reading = "malformed"
		}
		list = append(list, l)
	}
	return list, all[len(all)-1]
}

// chatted is a whole answer, or one put together from a stream, whose last line alone is done.
func (r *result) chatted() line {
	r.t.Helper()
	r.good()
	if !strings.HasSuffix(string(r.body), "\n") {
		r.body = append(r.body, '\n')
	}
	list, _ := r.lines()
	out := list[len(list)-1]
	text, thought := "", ""
	calls := out.Message.ToolCalls[:0]
	for i, l := range list {
		if last := i == len(list)-1; l.Done != last || l.Message.Role != "assistant" || l.Model != "demo" || l.CreatedAt.IsZero() || !last && (l.DoneReason != "" || strings.Contains(l.raw, "eval")) {
			r.t.Fatalf("line %d of %d: %s", i, len(list), l.raw)
		}
		text += l.Message.Content
		thought += l.Message.Thinking
		calls = append(calls, l.Message.ToolCalls...)
	}
	if out.DoneReason == "" || out.Total < 0 || out.Load <= 0 || out.PromptCount <= 0 || out.PromptTime <= 0 || out.AnswerTime <= 0 {
		r.t.Fatalf("last line %s", out.raw)
	}
	out.Message.Content, out.Message.Thinking, out.Message.ToolCalls = text, thought, calls
	return out
}

func TestOllamaChat(t *testing.T) {
	bothWays(t, sim.Config{OutputTokens: sim.Constant(30)}, func(c *caller) {
		for _, body := range []string{local("Why is the sky blue?"), ask("Why is the sky blue?"), ask("Why is the sky blue?", `"stream":true`, `"keep_alive":"5m"`)} {
			r := c.ollama(body)
			got := r.chatted()
			if !strings.HasPrefix(got.Message.Content, "Simulated answer to “Why is the sky blue?”: ") || got.DoneReason != "stop" || got.Message.Thinking != "" || got.Message.ToolCalls != nil {
				c.t.Errorf("%+v", got)
			}
			want := "application/x-ndjson"
			if strings.Contains(body, "false") {
				want = "application/json"
			}
			if r.header.Get("Content-Type") != want {
				c.t.Errorf("content type %q, want %q", r.header.Get("Content-Type"), want)
			}
		}
		if st := c.sim.Stats(); st.Answered != 3 {
			c.t.Errorf("stats %+v", st)
		}
	})
}

func TestOllamaStreamSequence(t *testing.T) {
	answer := sim.Answer{Text: "Grüße, Welt", Reasoning: "Think!", ToolCalls: []sim.ToolCall{{Name: "a", Arguments: `{"x":1}`}, {Name: "b", Arguments: "no object"}}}
	bothWays(t, sim.Config{Respond: says(answer)}, func(c *caller) {
		list, rest := c.ollama(ask("Hi", `"think":true`)).lines()
		var got []string
		for _, l := range list {
			s := l.Message.Thinking + "|" + l.Message.Content + "|"
			for _, call := range l.Message.ToolCalls {
				s += fmt.Sprint(call.Function.Index, call.Function.Name, string(call.Function.Arguments), len(call.ID))
			}
			got = append(got, s+fmt.Sprint(l.Done))
		}
		if want := []string{"Thin||false", "k!||false", "|Grüß|false", "|e, W|false", "|elt|false", `||0a{"x":1}13false`, "||1b{}13false", "||true"}; !slices.Equal(got, want) || rest != "" {
			c.t.Errorf("lines %q, want %q", got, want)
		}
	})
}

func TestOllamaOptions(t *testing.T) {
	text := strings.Repeat("word ", 20)
	inMemory(t, sim.Config{Respond: says(sim.Answer{Text: text, Reasoning: "Think!"})}, func(c *caller) {
		for more, want := range map[string]string{
			`"options":{"num_predict":3}`: "length ||word word wo|3", `"options":{"num_predict":-1}`: "stop ||" + text + "|25", `"options":{"stop":["d w"],"temperature":0.5,"num_ctx":9}`: "stop ||wor|1",
			`"think":false`: "stop ||" + text + "|25", `"think":"low"`: "stop |Think!|" + text + "|27", `"think":true,"options":{"num_predict":1}`: "length |Thin||1", `"format":"","think":null`: "stop ||" + text + "|25",
		} {
			for _, body := range []string{local("Hi", more), ask("Hi", more)} {
				got := c.ollama(body).chatted()
				if s := fmt.Sprintf("%s |%s|%s|%d", got.DoneReason, got.Message.Thinking, got.Message.Content, got.AnswerCount); s != want {
					c.t.Errorf("%s: %q, want %q", body, s, want)
				}
			}
		}
	})
}

func TestOllamaThinking(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		last := 0
		for _, level := range []string{`"low"`, `"medium"`, `"high"`} {
			got := c.ollama(local("Hi", `"think":`+level)).chatted()
			n := len(strings.Fields(got.Message.Thinking))
			if n <= last || got.AnswerCount <= n {
				c.t.Errorf("%s: %d words of thinking after %d, %d tokens", level, n, last, got.AnswerCount)
			}
			last = n
		}
	})
}

func TestOllamaTools(t *testing.T) {
	bothWays(t, sim.Config{}, func(c *caller) {
		for _, body := range []string{local("If the weather is good, set an alarm", toolbox), ask("If the weather is good, set an alarm", toolbox)} {
			got := c.ollama(body).chatted().Message
			if len(got.ToolCalls) != 2 || got.ToolCalls[0].Function.Name != "get_weather" || got.ToolCalls[1].Function.Name != "set_alarm_clock" || got.Content != "" {
				c.t.Fatalf("%+v", got)
			}
			valid(c.t, weatherSchema, string(got.ToolCalls[0].Function.Arguments))
		}
		loop := talk(`"messages":[{"role":"user","content":"The weather?","images":["QUJD"]},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]},{"role":"tool","tool_name":"get_weather","content":"rain"}]`, `"stream":false`, toolbox)
		if got := c.ollama(loop).chatted().Message; got.ToolCalls != nil || !strings.Contains(got.Content, "The weather?") {
			c.t.Errorf("with the result: %+v", got)
		}
	})
}

func TestPromptOllama(t *testing.T) {
	var got sim.Prompt
	inMemory(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { got = *p; return nil }}, func(c *caller) {
		c.ollama(talk(`"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Look","images":["QUJD"]},{"role":"assistant","tool_calls":[{"function":{"name":"clock","arguments":{}}}]},{"role":"tool","tool_name":"clock","content":"noon"}]`, tool)).good()
		if heard, want := fmt.Sprintf("%+v", got), "{Model:demo System:Be brief. Text:Look Turns:4 Images:1 Files:0 Tools:[clock] Results:[{Name:clock Text:noon Failed:false}]}"; heard != want {
			c.t.Errorf("heard %s, want %s", heard, want)
		}
	})
}

func TestOllamaStructured(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		valid(c.t, weatherSchema, c.ollama(local("Oslo", `"format":`+weatherSchema)).chatted().Message.Content)
		valid(c.t, weatherSchema, c.ollama(ask("Oslo", `"format":`+weatherSchema)).chatted().Message.Content)
		valid(c.t, `{"type":"object"}`, c.ollama(local("Oslo", `"format":"json"`)).chatted().Message.Content)
	})
}

func TestOllamaErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg     sim.Config
		body    string
		status  int
		message string
	}{
		"empty":        {body: "", status: 400, message: "missing request body"},
		"not JSON":     {body: "{", status: 400, message: "unexpected end of JSON input"},
		"type":         {body: local("Hi", `"tools":5`), status: 400, message: "cannot unmarshal"},
		"no model":     {body: `{"messages":[` + user + `]}`, status: 400, message: "model is required"},
		"no messages":  {body: talk(), status: 400, message: "messages is required"},
		"format":       {body: local("Hi", `"format":"xml"`), status: 400, message: `invalid format: "xml"`},
		"schema":       {body: local("Hi", `"format":{"type":"thing"}`), status: 400, message: "invalid schema"},
		"think":        {body: local("Hi", `"think":"hard"`), status: 400, message: `invalid think value: "hard"`},
		"model":        {cfg: sim.Config{Models: []string{"other"}}, body: local("Hi"), status: 404, message: "model 'demo' not found"},
		"key":          {cfg: sim.Config{APIKeys: []string{"k"}}, body: local("Hi"), status: 401, message: "unauthorized"},
		"context":      {cfg: sim.Config{ContextTokens: 5}, body: local("Hi"), status: 400, message: "exceeds the context length"},
		"limit":        {cfg: sim.Config{Limits: sim.Limits{ITPM: 1}}, body: local("Hello"), status: 429, message: "too many requests"},
		"busy":         {cfg: struck(sim.Fault{Kind: sim.FaultStatus, Status: 503}), body: ask("Hi"), status: 503, message: "server busy"},
		"broken":       {cfg: struck(sim.Fault{Kind: sim.FaultStatus, Status: 500}), body: ask("Hi"), status: 500, message: "an error was encountered"},
		"error inside": {cfg: struck(sim.Fault{Kind: sim.FaultErrorEvent}), body: local("Hi"), status: 200, message: "an error was encountered"},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, tt.cfg, func(c *caller) {
				r := c.ollama(tt.body)
				var got map[string]string
				if err := json.Unmarshal(r.body, &got); err != nil || r.status != tt.status || len(got) != 1 || !strings.Contains(got["error"], tt.message) {
					c.t.Errorf("%d %s, want %d with %q", r.status, r.body, tt.status, tt.message)
				}
			})
		})
	}
}

func TestOllamaStreamFaults(t *testing.T) {
	for after, want := range map[int]int{0: 0, 3: 3, 10: 10, 1000: 10} {
		for kind, check := range map[sim.FaultKind]func(*result, []line) bool{
			sim.FaultCut: func(r *result, list []line) bool { return r.err != nil && len(list) == want },
			sim.FaultErrorEvent: func(r *result, list []line) bool {
				return r.err == nil && len(list) == want+1 && list[want].raw == `{"error":"model not found, try pulling it first"}`
			},
			sim.FaultMalformed: func(r *result, list []line) bool {
				return r.err == nil && len(list) == 12 && list[want].reading == "malformed" && list[11].Done
			},
			sim.FaultDrip: func(r *result, list []line) bool { return r.err == nil && len(list) == 11 && list[10].Done },
		} {
			bothWays(t, struck(sim.Fault{Kind: kind, After: after, Status: 404}), func(c *caller) {
				r := c.ollama(ask("Hi"))
				if list, rest := r.lines(); !check(r, list) || rest != "" || r.status != http.StatusOK {
					c.t.Errorf("%s after %d: %d, error %v, %d lines, %s", kind, after, r.status, r.err, len(list), r.body)
				}
			})
		}
	}
}

// The figures are those of the clock.
func TestOllamaPace(t *testing.T) {
	inMemory(t, sim.Config{TTFT: sim.Constant(2), TokensPerSecond: sim.Constant(10), Respond: says(sim.Answer{Text: "abcdefghijkl"})}, func(c *caller) {
		for _, body := range []string{local("Go"), ask("Go")} {
			got := c.ollama(body).chatted()
			if got.Total != 2200*time.Millisecond || got.PromptTime != 2*time.Second || got.AnswerTime != 200*time.Millisecond || got.AnswerCount != 3 {
				c.t.Errorf("%+v", got)
			}
		}
		list, _ := c.ollama(ask("Go")).lines()
		if apart := list[2].CreatedAt.Sub(list[0].CreatedAt); apart != 200*time.Millisecond {
			c.t.Errorf("three lines in %v", apart)
		}
	})
}

func TestOllamaModels(t *testing.T) {
	bothWays(t, sim.Config{Models: []string{"small", "large"}, APIKeys: []string{"k"}, ContextTokens: 4096}, func(c *caller) {
		for key, want := range map[string]string{
			"": "401 401 401 401", "k": "200 200 404 400",
		} {
			c.key = key
			tags := c.do(http.MethodGet, "/api/tags", "")
			show := c.do(http.MethodPost, "/api/show", `{"model":"large"}`)
			none, nameless := c.do(http.MethodPost, "/api/show", `{"model":"huge"}`), c.do(http.MethodPost, "/api/show", `{}`)
			if got := fmt.Sprint(tags.status, show.status, none.status, nameless.status); got != want {
				c.t.Errorf("with key %q: %s, want %s", key, got, want)
			}
			if key != "" && (!strings.Contains(string(tags.body), `"name":"large","model":"large"`) || !strings.Contains(string(show.body), `"simulator.context_length":4096`)) {
				c.t.Errorf("%s\n%s", tags.body, show.body)
			}
		}
		if r := c.do(http.MethodGet, "/api/chat", ""); r.status != http.StatusMethodNotAllowed {
			c.t.Errorf("GET /api/chat: %d", r.status)
		}
		if r := c.do(http.MethodGet, "/api/generate", ""); r.status != http.StatusNotFound {
			c.t.Errorf("GET /api/generate: %d", r.status)
		}
	})
}
