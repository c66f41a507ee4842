package sim_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestResponses(t *testing.T) {
	bothWays(t, sim.Config{OutputTokens: sim.Constant(30)}, func(c *caller) {
		for _, path := range []string{"/v1/responses", "/openai/v1/responses"} {
			r := c.do(http.MethodPost, path, inquire("Why is the sky blue?"))
			got := r.responded()
			if text := got.shape(); !strings.HasPrefix(text, "message completed: output_text Simulated answer to “Why is the sky blue?”: ") || !strings.HasSuffix(text, ". → completed") {
				c.t.Errorf("%s", text)
			}
			if got.Model != "demo" || got.CompletedAt == nil || got.Error != nil || got.IncompleteDetails != nil || got.Usage.Input == 0 {
				c.t.Errorf("%s", r.body)
			}
			if r.header.Get("Content-Type") != "application/json" || !strings.HasPrefix(r.header.Get("X-Request-Id"), "req_") {
				c.t.Errorf("header %v", r.header)
			}
		}
	})
}

// A response has all fields of the vendor's, and repeats what was asked for.
func TestResponsesEcho(t *testing.T) {
	const fields = `background completed_at created_at error frequency_penalty id incomplete_details instructions max_output_tokens max_tool_calls
		metadata model moderation object output parallel_tool_calls presence_penalty previous_response_id prompt_cache_key prompt_cache_retention reasoning
		safety_identifier service_tier status store temperature text tool_choice tools top_logprobs top_p truncation usage user`
	asked := []string{
		`"instructions":"Be brief."`, `"max_output_tokens":99`, `"metadata":{"a":"b"}`, `"parallel_tool_calls":false`, `"store":false`, `"temperature":0.5`,
		`"tool_choice":"none"`, `"tools":[{"type":"function","name":"clock","parameters":null,"strict":true}]`, `"top_p":0.9`, `"user":"me"`, `"truncation":"auto"`,
		`"text":{"format":{"type":"json_schema","name":"w","schema":{"type":"object"}},"verbosity":"low"}`, `"reasoning":{"effort":"low","summary":"auto"}`,
	}
	inMemory(t, sim.Config{}, func(c *caller) {
		for name, body := range map[string]string{"defaults": inquire("Hello"), "asked": inquire("Hello", asked...), "nulls": inquire("Hello", `"store":null`, `"text":null`, `"tools":null`)} {
			var got map[string]json.RawMessage
			if err := json.Unmarshal(c.respond(body).body, &got); err != nil {
				c.t.Fatal(err)
			}
			if string(got["billing"]) != `{"payer":"developer"}` {
				c.t.Errorf("%s: billing %s", name, got["billing"])
			}
			delete(got, "billing") // streams don't have it
			var have []string
			for field := range got {
				have = append(have, field)
			}
			slices.Sort(have)
			if diff := cmp.Diff(strings.Fields(fields), have); diff != "" {
				c.t.Errorf("%s: %s", name, diff)
			}
			want := map[string]string{"store": "true", "text": `{"format":{"type":"text"},"verbosity":"medium"}`, "tools": "[]", "tool_choice": `"auto"`, "instructions": "null", "reasoning": `{"context":null,"effort":null,"summary":null}`, "temperature": "1.0"}
			if name == "asked" {
				want = map[string]string{"reasoning": `{"context":"current_turn","effort":"low","summary":"detailed"}`}
				for _, field := range asked {
					if name, value, _ := strings.Cut(field, ":"); name != `"reasoning"` {
						want[strings.Trim(name, `"`)] = value
					}
				}
				want["text"] = `{"format":{"type":"json_schema","name":"w","schema":{"type":"object"}},"verbosity":"low"}`
			}
			for field, value := range want {
				if string(got[field]) != value {
					c.t.Errorf("%s: %s is %s, want %s", name, field, got[field], value)
				}
			}
		}
	})
}

func TestResponsesIncomplete(t *testing.T) {
	call := []sim.ToolCall{{Name: "f", Arguments: `{"text":"` + strings.Repeat("x", 99) + `"}`}}
	for name, tt := range map[string]struct {
		answer sim.Answer
		want   string
	}{
		"text":     {sim.Answer{Text: strings.Repeat("abcd", 20)}, "message incomplete: output_text " + strings.Repeat("abcd", 16)},
		"call":     {sim.Answer{ToolCalls: call}, `function_call incomplete: f{"text":"` + strings.Repeat("x", 35)},
		"thinking": {sim.Answer{Text: "Yes", Reasoning: strings.Repeat("thought ", 20)}, "reasoning : summary_text " + strings.Repeat("thought ", 8)},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, sim.Config{Respond: says(tt.answer)}, func(c *caller) {
				more := []string{`"max_output_tokens":16`}
				if tt.answer.Reasoning != "" {
					more = append(more, musing)
				}
				whole := c.respond(inquire("Hello", more...)).responded()
				stream := c.respond(flowing(inquire("Hello", more...))).unfolded()
				for _, got := range []response{whole, stream} {
					if got.shape() != tt.want+" → incomplete" || got.IncompleteDetails == nil || got.IncompleteDetails.Reason != "max_output_tokens" || got.CompletedAt != nil || got.Usage.Output > 16 {
						c.t.Errorf("%s %+v, want %s", got.shape(), got.Usage, tt.want)
					}
				}
			})
		})
	}
}

func TestResponsesReasoning(t *testing.T) {
	for more, want := range map[string]struct {
		summary, encrypted bool
		tokens             int
	}{
		`"reasoning":{"effort":"none"}`:                                                           {},
		`"reasoning":{"summary":"auto"}`:                                                          {},
		`"reasoning":{"effort":"low"}`:                                                            {tokens: 3},
		`"reasoning":{"effort":"low","summary":"concise"}`:                                        {summary: true, tokens: 3},
		`"reasoning":{"effort":"low"},"include":["reasoning.encrypted_content"]`:                  {encrypted: true, tokens: 3},
		`"reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"]`: {summary: true, encrypted: true, tokens: 3},
	} {
		t.Run(more, func(t *testing.T) {
			bothWays(t, sim.Config{Respond: says(sim.Answer{Text: "Yes", Reasoning: " So it is."})}, func(c *caller) {
				whole := c.respond(inquire("Hello", more)).responded()
				stream := c.respond(flowing(inquire("Hello", more))).unfolded()
				for _, got := range []response{whole, stream} {
					if got.Usage.OutputDetails.Reasoning != want.tokens || got.Usage.Output != want.tokens+1 || len(got.Output) != 1+min(1, want.tokens) {
						c.t.Fatalf("%s %+v", got.shape(), got.Usage)
					}
					first := got.Output[0]
					if summary := len(first.Summary) == 1 && first.Summary[0].Text == " So it is."; summary != want.summary || strings.HasPrefix(first.EncryptedContent, "gAAAAA") != want.encrypted {
						c.t.Errorf("%+v", first)
					}
				}
			})
		})
	}
}

// What was encrypted comes back as it was, or is refused; an item that names nothing but itself is not found.
func TestResponsesReasoningReturned(t *testing.T) {
	const encrypt = `"include":["reasoning.encrypted_content"]`
	bothWays(t, sim.Config{Respond: says(sim.Answer{Text: "Yes", Reasoning: "So it is."})}, func(c *caller) {
		var got struct{ Output []json.RawMessage }
		r := c.respond(inquire("Hello", `"reasoning":{"effort":"low","summary":"auto"}`, encrypt))
		if json.Unmarshal(r.body, &got) != nil || len(got.Output) != 2 {
			c.t.Fatalf("%s", r.body)
		}
		thought, said := string(got.Output[0]), string(got.Output[1])
		const question, next = `{"role":"user","content":"Hello"}`, `{"role":"user","content":"And?"}`
		plain := `{"type":"reasoning","id":"rs_1","summary":[]}`
		for name, tt := range map[string]struct {
			body string
			want string // of the error, "" if there is none
		}{
			"as it came":           {items([]string{question, thought, said, next}, `"store":false`), ""},
			"tampered":             {items([]string{question, strings.Replace(thought, "gAAAAA", "gAAAAAB", 1), said, next}), "could not be verified"},
			"left out":             {items([]string{question, plain, said, next}, `"store":false`), "Item with id 'rs_1' not found. Items are not persisted"},
			"left out but stored":  {items([]string{question, plain, said, next}), ""},
			"at the end":           {items([]string{question, plain}), "was provided without its required following item."},
			"before the user":      {items([]string{question, plain, next}), "was provided without its required following item."},
			"a reference":          {items([]string{question, `{"type":"item_reference","id":"msg_1"}`, next}), "Item with id 'msg_1' not found."},
			"without what is said": {items([]string{question, said, next}), ""},
		} {
			r := c.respond(tt.body)
			if tt.want == "" {
				r.responded()
			} else if e := r.failure(); !strings.Contains(e.Message, tt.want) || e.Type != "invalid_request_error" || r.status/100 != 4 {
				c.t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
	})
}

// Nothing is stored, whatever a request asks for.
func TestResponsesStored(t *testing.T) {
	bothWays(t, sim.Config{APIKeys: []string{"known"}}, func(c *caller) {
		c.key = "known"
		id := c.respond(inquire("Hello", `"store":true`)).responded().ID
		for _, tt := range []struct {
			method, path, body string
			status             int
			code, want         string
		}{
			{http.MethodGet, "responses/" + id, "", 404, "", "Response with id '" + id + "' not found."}, {http.MethodDelete, "responses/" + id, "", 404, "", "not found"},
			{http.MethodGet, "responses/" + id + "/input_items", "", 404, "", "not found"}, {http.MethodPost, "responses/" + id + "/cancel", "", 404, "", "not found"},
			{http.MethodPost, "responses", inquire("a", `"previous_response_id":"`+id+`"`), 400, "previous_response_not_found", "Previous response with id '" + id + "' not found."},
			{http.MethodPost, "responses", inquire("a", `"conversation":"conv_1"`), 404, "", "Conversation not found."},
			{http.MethodPost, "responses", inquire("a", `"prompt":{"id":"pmpt_1"}`), 404, "prompt_not_found", "Prompt not found."},
			{http.MethodPost, "responses", inquire("a", `"background":true`), 400, "", "stores no responses"},
			{http.MethodGet, "responses", "", 405, "method_not_supported", "Not allowed to GET"},
		} {
			r := c.do(tt.method, tt.path, tt.body)
			if e := r.failure(); r.status != tt.status || or(e.Code, "") != tt.code || !strings.Contains(e.Message, tt.want) {
				c.t.Errorf("%s %s: %d %s", tt.method, tt.path, r.status, r.body)
			}
		}
		c.key = "other"
		for _, r := range []*result{c.do(http.MethodGet, "responses/"+id, ""), c.respond(inquire("Hello"))} {
			if e := r.failure(); r.status != http.StatusUnauthorized || or(e.Code, "") != "invalid_api_key" {
				c.t.Errorf("%d %s", r.status, r.body)
			}
		}
	})
}

func TestResponsesCount(t *testing.T) {
	bothWays(t, sim.Config{Limits: sim.Limits{RPM: 1}}, func(c *caller) {
		body := inquire("Hello", toolbelt, `"instructions":"Be brief."`)
		used := c.respond(body).responded().Usage.Input
		var got struct {
			Object string
			Tokens int `json:"input_tokens"`
		}
		r := c.do(http.MethodPost, "responses/input_tokens", body)
		if r.good(); json.Unmarshal(r.body, &got) != nil || got.Object != "response.input_tokens" || got.Tokens != used {
			c.t.Errorf("%s, but %d were used", r.body, used)
		}
		if st := c.sim.Stats(); st.Requests != 1 {
			c.t.Errorf("stats %+v", st)
		}
	})
}

func TestResponsesModel(t *testing.T) {
	bothWays(t, sim.Config{Models: []string{"small"}, ContextTokens: 10}, func(c *caller) {
		if r := c.respond(inquire("Hello")); r.status != http.StatusNotFound || or(r.failure().Code, "") != "model_not_found" {
			c.t.Errorf("%d %s", r.status, r.body)
		}
		r := c.respond(strings.Replace(inquire("Hello, how are you today? And yesterday?"), "demo", "small", 1))
		if e := r.failure(); r.status != http.StatusBadRequest || or(e.Code, "") != "context_length_exceeded" || or(e.Param, "") != "input" {
			c.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

// Limits are told as in the vendor's other API.
func TestResponsesLimit(t *testing.T) {
	inMemory(t, sim.Config{Limits: sim.Limits{RPM: 2, TPM: 1000}}, func(c *caller) {
		body := inquire(strings.Repeat("abcd", 100), `"max_output_tokens":100`)
		if got := told(c.respond(body).header); got != "2 1 30s 1000 800 12s" {
			c.t.Errorf("told %q", got)
		}
		c.respond(flowing(body)).unfolded()
		r := c.respond(body)
		if e := r.failure(); r.status != http.StatusTooManyRequests || e.Type != "requests" || or(e.Code, "") != "rate_limit_exceeded" || r.header.Get("Retry-After") != "30" || r.header.Get("Retry-After-Ms") != "30000" {
			c.t.Errorf("%d %v %s", r.status, r.header, r.body)
		}
	})
}
