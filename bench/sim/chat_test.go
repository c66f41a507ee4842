package sim_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestChatComplete(t *testing.T) {
	bothWays(t, sim.Config{OutputTokens: sim.Constant(30)}, func(c *caller) {
		r := c.post(ask("Why is the sky blue?"))
		got := r.complete()
		if !strings.HasPrefix(got.ID, "chatcmpl-") || got.Object != "chat.completion" || got.Model != "demo" || got.Created == 0 {
			c.t.Errorf("response %+v", got)
		}
		if first := got.Choices[0]; len(got.Choices) != 1 || first.Index != 0 || first.Message.Role != "assistant" || first.FinishReason != "stop" || first.Message.Refusal != nil {
			c.t.Errorf("choices %+v", got.Choices)
		}
		if text := r.text(); !strings.HasPrefix(text, "Simulated answer to “Why is the sky blue?”: ") || !strings.HasSuffix(text, ".") {
			c.t.Errorf("text %q", text)
		}
		if got.Usage.Prompt == 0 || got.Usage.Total != got.Usage.Prompt+got.Usage.Completion {
			c.t.Errorf("usage %+v", got.Usage)
		}
		if r.header.Get("Content-Type") != "application/json" || !strings.HasPrefix(r.header.Get("X-Request-Id"), "req_") {
			c.t.Errorf("header %v", r.header)
		}
	})
}

// The documents have the vendor's fields, each as the vendor writes it: null is not absent.
func TestChatFields(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		var got map[string]json.RawMessage
		if err := json.Unmarshal(c.post(ask("Hello")).body, &got); err != nil {
			c.t.Fatal(err)
		}
		keys := []string{"choices", "created", "id", "model", "object", "service_tier", "system_fingerprint", "usage"}
		if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, keys) {
			c.t.Errorf("fields %v, want %v", have, keys)
		}
		for _, part := range []string{`"index":0,`, `"role":"assistant"`, `"refusal":null`, `"annotations":[]`, `"logprobs":null`, `"finish_reason":"stop"`} {
			if !strings.Contains(string(got["choices"]), part) {
				c.t.Errorf("no %s in %s", part, got["choices"])
			}
		}
		for _, part := range []string{`"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0}`, `"accepted_prediction_tokens":0`} {
			if !strings.Contains(string(got["usage"]), part) {
				c.t.Errorf("no %s in %s", part, got["usage"])
			}
		}
	})
}

// Every piece of text is a token, whole or streamed.
func TestChatUsage(t *testing.T) {
	bothWays(t, sim.Config{OutputTokens: sim.Uniform(1, 200)}, func(c *caller) {
		for _, question := range []string{"", "One", "A longer question with a number 12345 and “quotes”", strings.Repeat("long ", 1000)} {
			r := c.post(streamed(ask(question)))
			events := r.events()
			var u usage
			if err := json.Unmarshal(events[len(events)-2].Usage, &u); err != nil {
				c.t.Fatal(err)
			}
			if a := assemble(c.t, events)[0]; u.Completion != a.pieces || u.Total != u.Prompt+u.Completion {
				c.t.Errorf("usage %+v for %d pieces", u, a.pieces)
			}
			if whole := c.post(ask(question)).complete().Usage; whole.Prompt != u.Prompt {
				c.t.Errorf("%d tokens of prompt whole, %d streamed", whole.Prompt, u.Prompt)
			}
		}
		st := c.sim.Stats()
		if st.Requests != 8 {
			c.t.Errorf("%d requests counted, want 8", st.Requests)
		}
	})
}

func TestChatUsageGrows(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		prompt := func(body string) int { return c.post(body).complete().Usage.Prompt }
		plain := prompt(ask("Hello"))
		for name, body := range map[string]string{
			"a longer text":   ask("Hello, how are you today?"),
			"a system prompt": talk(`"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"}]`),
			"parts":           talk(`"messages":[{"role":"user","content":[{"type":"text","text":"Hello"},{"type":"image_url","image_url":{"url":"x"}}]}]`),
			"a tool":          ask("Hello", `"tools":[{"type":"function","function":{"name":"clock"}}]`),
			"a schema":        ask("Hello", `"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}`),
		} {
			if got := prompt(body); got <= plain {
				c.t.Errorf("%s: %d tokens, and %d without", name, got, plain)
			}
		}
	})
}

func TestChatChoices(t *testing.T) {
	bothWays(t, sim.Config{}, func(c *caller) {
		got := c.post(ask("Hello", `"n":3`, `"max_tokens":5`)).complete()
		if len(got.Choices) != 3 || got.Usage.Completion != 15 {
			c.t.Fatalf("%d choices of %d tokens, want 3 of 15", len(got.Choices), got.Usage.Completion)
		}
		for i, choice := range got.Choices {
			if choice.Index != i || choice.FinishReason != "length" {
				c.t.Errorf("choice %d: %+v", i, choice)
			}
		}
		events := c.post(streamed(ask("Hello", `"n":3`, `"max_tokens":5`))).events()
		for i, a := range assemble(c.t, events) {
			if a.pieces != 5 || a.finish != "length" || i > 2 {
				c.t.Errorf("choice %d: %+v", i, a)
			}
		}
	})
}

func TestChatKeys(t *testing.T) {
	const known, other = "sk-known-0123456789", "sk-other-abcdefghij"
	bothWays(t, sim.Config{APIKeys: []string{known, "short"}}, func(c *caller) {
		for _, path := range []string{"chat/completions", "models", "models/demo"} {
			method := http.MethodGet
			if path == "chat/completions" {
				method = http.MethodPost
			}
			for _, tt := range []struct {
				key, code, message string
				status             int
			}{
				{"", "", "provide an API key", 401}, {other, "invalid_api_key", "sk-o***********ghij", 401}, {"brief", "invalid_api_key", "*****", 401},
				{known, "", "", 200}, {"short", "", "", 200},
			} {
				c.key = tt.key
				r := c.do(method, path, ask("Hello"))
				if r.status != tt.status {
					c.t.Fatalf("%s with key %q: status %d, want %d", path, tt.key, r.status, tt.status)
				}
				if r.status == http.StatusOK {
					continue
				}
				if e := r.failure(); e.Type != "invalid_request_error" || or(e.Code, "") != tt.code || !strings.Contains(e.Message, tt.message) || strings.Contains(string(r.body), other) {
					c.t.Errorf("%s with key %q: %s", path, tt.key, r.body)
				}
			}
		}
	})
}

// Azure has the key in a header of its own and the model in the URL.
func TestChatAzure(t *testing.T) {
	bothWays(t, sim.Config{APIKeys: []string{"secret"}, Models: []string{"mine"}}, func(c *caller) {
		body := `{"messages":[{"role":"user","content":"Hello"}]}`
		req, _ := http.NewRequestWithContext(c.t.Context(), http.MethodPost, strings.TrimSuffix(c.base, "v1")+"openai/deployments/mine/chat/completions?api-version=1", strings.NewReader(body))
		req.Header.Set("Api-Key", "secret")
		resp, err := c.http.Do(req)
		if err != nil {
			c.t.Fatal(err)
		}
		defer resp.Body.Close()
		var got completion
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Model != "mine" {
			c.t.Errorf("status %d, model %q, error %v", resp.StatusCode, got.Model, err)
		}
		c.key = "secret"
		if r := c.do(http.MethodPost, "/openai/deployments/other/chat/completions", body); r.status != http.StatusNotFound {
			c.t.Errorf("another deployment: %d %s", r.status, r.body)
		}
		if r := c.do(http.MethodPost, "/openai/v1/chat/completions", strings.Replace(ask("Hello"), "demo", "mine", 1)); r.complete().Model != "mine" {
			c.t.Errorf("at the versioned path: %s", r.body)
		}
	})
}

func TestChatModels(t *testing.T) {
	bothWays(t, sim.Config{Models: []string{"small", "large"}}, func(c *caller) {
		var list struct {
			Object string
			Data   []struct{ ID, Object string }
		}
		if err := json.Unmarshal(c.do(http.MethodGet, "models", "").body, &list); err != nil {
			c.t.Fatal(err)
		}
		if list.Object != "list" || len(list.Data) != 2 || list.Data[0].ID != "small" || list.Data[1].ID != "large" || list.Data[1].Object != "model" {
			c.t.Errorf("models %+v", list)
		}
		if r := c.do(http.MethodGet, "models/large", ""); !strings.Contains(string(r.body), `"id":"large"`) {
			c.t.Errorf("one model: %s", r.body)
		}
		for _, r := range []*result{c.do(http.MethodGet, "models/huge", ""), c.post(ask("Hello"))} {
			if e := r.failure(); r.status != http.StatusNotFound || or(e.Code, "") != "model_not_found" || e.Type != "invalid_request_error" {
				c.t.Errorf("an unknown model: %d %s", r.status, r.body)
			}
		}
	})
}

func TestChatAnyModel(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		if r := c.do(http.MethodGet, "models", ""); !strings.Contains(string(r.body), `"id":"demo"`) {
			c.t.Errorf("models: %s", r.body)
		}
		if r := c.do(http.MethodGet, "models/any", ""); !strings.Contains(string(r.body), `"id":"any"`) {
			c.t.Errorf("one model: %s", r.body)
		}
	})
}

func TestChatUnknownURL(t *testing.T) {
	bothWays(t, sim.Config{}, func(c *caller) {
		for _, tt := range []struct {
			method, path string
			status       int
			code         string
		}{
			{http.MethodPost, "chat/completion", 404, "unknown_url"}, {http.MethodDelete, "models/demo", 404, "unknown_url"},
			{http.MethodGet, "/", 404, "unknown_url"}, {http.MethodPost, "embeddings", 404, "unknown_url"},
			{http.MethodGet, "chat/completions", 405, "method_not_supported"}, {http.MethodPut, "chat/completions", 405, "method_not_supported"},
			{http.MethodPost, "models", 405, "method_not_supported"},
		} {
			r := c.do(tt.method, tt.path, "{}")
			e := r.failure()
			if r.status != tt.status || e.Type != "invalid_request_error" || or(e.Code, "") != tt.code || !strings.Contains(e.Message, tt.method) {
				c.t.Errorf("%v: %d %s", tt, r.status, r.body)
			}
		}
		if st := c.sim.Stats(); st.Requests != 0 {
			c.t.Errorf("%d requests counted, none was for an answer", st.Requests)
		}
	})
}

func TestChatContext(t *testing.T) {
	inMemory(t, sim.Config{ContextTokens: 100, OutputTokens: sim.Constant(500)}, func(c *caller) {
		prompt := c.post(ask("Hello")).complete().Usage
		if prompt.Total != 100 {
			c.t.Errorf("an answer without bound makes %d tokens, want the whole context of 100", prompt.Total)
		}
		if got := c.post(ask("Hello")).complete().Choices[0].FinishReason; got != "length" {
			c.t.Errorf("finish reason %q where the context ends", got)
		}
		if r := c.post(ask("Hello", `"max_tokens":80`)); r.status != http.StatusOK {
			c.t.Errorf("80 tokens fit: %d %s", r.status, r.body)
		}
		numbers := regexp.MustCompile(`maximum context length is 100 tokens\. However, you requested (\d+) tokens`)
		for _, body := range []string{ask("Hello", `"max_completion_tokens":100`), ask(strings.Repeat("1 ", 100)), ask(strings.Repeat("1 ", 98), `"stream":true`)} {
			r := c.post(body)
			e := r.failure()
			if r.status != http.StatusBadRequest || e.Type != "invalid_request_error" || or(e.Code, "") != "context_length_exceeded" || or(e.Param, "") != "messages" || !numbers.MatchString(e.Message) {
				c.t.Errorf("%d %s", r.status, r.body)
			}
		}
	})
}

// A prompt that leaves no room for an answer does not fit.
func TestChatContextEdge(t *testing.T) {
	prompt := 0
	inMemory(t, sim.Config{}, func(c *caller) { prompt = c.post(ask("Hello")).complete().Usage.Prompt })
	inMemory(t, sim.Config{ContextTokens: prompt}, func(c *caller) {
		if r := c.post(ask("Hello")); r.status != http.StatusBadRequest {
			c.t.Errorf("without room: %d %s", r.status, r.body)
		}
	})
	inMemory(t, sim.Config{ContextTokens: prompt + 1}, func(c *caller) {
		if got := c.post(ask("Hello")).complete(); got.Usage.Completion != 1 || got.Choices[0].FinishReason != "length" {
			c.t.Errorf("with room for one token: %+v", got)
		}
	})
}
