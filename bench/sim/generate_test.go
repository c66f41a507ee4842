package sim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestGenerateContent(t *testing.T) {
	geminiBothWays(t, sim.Config{OutputTokens: sim.Constant(30)}, func(g gemini) {
		for method, kind := range map[string]string{wholly: "application/json", eventwise: "text/event-stream", arraywise: "application/json; charset=UTF-8"} {
			r := g.send(method, query("Why is the sky blue?"))
			got := r.merged()
			if len(got.said) != 1 || !strings.HasPrefix(got.said[0], "Simulated answer to “Why is the sky blue?”: ") || !strings.HasSuffix(got.said[0], ".→STOP") {
				g.t.Errorf("%s: %q", method, got.said)
			}
			if got.usage.Prompt == 0 || got.usage.Candidates == 0 || !slices.Equal(got.usage.Details, []modality{{"TEXT", got.usage.Prompt}}) {
				g.t.Errorf("%s: usage %+v", method, got.usage)
			}
			if r.header.Get("Content-Type") != kind {
				g.t.Errorf("%s: content type %q, want %q", method, r.header.Get("Content-Type"), kind)
			}
		}
		if st := g.sim.Stats(); st.Answered != 3 || st.Requests != 3 {
			g.t.Errorf("stats %+v", st)
		}
	})
}

// What there is nothing of is left out.
func TestGenerateFields(t *testing.T) {
	geminiInMemory(t, sim.Config{}, func(g gemini) {
		var got struct{ Candidates, UsageMetadata json.RawMessage }
		r := g.send(wholly, query("Hello"))
		var fields map[string]json.RawMessage
		if json.Unmarshal(r.body, &fields) != nil || json.Unmarshal(r.body, &got) != nil {
			g.t.Fatalf("%s", r.body)
		}
		if have := slices.Sorted(maps.Keys(fields)); !slices.Equal(have, []string{"candidates", "modelVersion", "responseId", "usageMetadata"}) {
			g.t.Errorf("fields %v", have)
		}
		for _, part := range []string{"thoughts", "cached", "trafficType", "thought", "functionCall", "safetyRatings", "finishMessage"} {
			if strings.Contains(string(r.body), `"`+part) {
				g.t.Errorf("%s in %s", part, r.body)
			}
		}
	})
}

func TestGenerateCandidates(t *testing.T) {
	geminiBothWays(t, sim.Config{Respond: says(sim.Answer{Text: "the same text"})}, func(g gemini) {
		for _, method := range []string{wholly, eventwise, arraywise} {
			got := g.send(method, query("Hello", `"generationConfig":{"candidateCount":3,"maxOutputTokens":2}`)).merged()
			if want := []string{"the same→MAX_TOKENS", "the same→MAX_TOKENS", "the same→MAX_TOKENS"}; !slices.Equal(got.said, want) || got.usage.Candidates != 6 {
				g.t.Errorf("%s: %q, usage %+v", method, got.said, got.usage)
			}
		}
	})
}

// A refusal has no words here: without a text it is the prompt that is refused, with one the answer breaks off.
func TestGenerateRefusal(t *testing.T) {
	for _, tt := range []struct {
		answer            sim.Answer
		want              string
		thoughts, written int
	}{
		{sim.Answer{Refusal: "No."}, "blocked: SAFETY", 0, 0},
		{sim.Answer{Refusal: "No.", Reasoning: "Hm."}, "blocked: SAFETY", 0, 0},
		{sim.Answer{Refusal: "No.", Text: "First you"}, "(", 192, 3},
		{sim.Answer{Refusal: "No.", Text: "First you", Reasoning: "Hm."}, "(Hm.)First you→SAFETY", 1, 3},
	} {
		geminiBothWays(t, sim.Config{Respond: says(tt.answer)}, func(g gemini) {
			for _, method := range []string{wholly, eventwise, arraywise} {
				before := g.sim.Stats().OutputTokens
				got := g.send(method, query("Hello", thoughtful)).merged()
				if len(got.said) != 1 || !strings.HasPrefix(got.said[0], tt.want) || got.usage.Thoughts != tt.thoughts || got.usage.Candidates != tt.written {
					g.t.Errorf("%s: %.60q %+v, want %q", method, got.said, got.usage, tt.want)
				}
				if n := g.sim.Stats().OutputTokens - before; n != int64(tt.thoughts+tt.written) {
					g.t.Errorf("%d tokens in the books", n)
				}
			}
		})
	}
}

func TestGenerateKeys(t *testing.T) {
	geminiBothWays(t, sim.Config{APIKeys: []string{"known"}}, func(g gemini) {
		for _, path := range []string{"/v1beta/models/demo:generateContent", "/v1beta/models/demo:streamGenerateContent?alt=sse", "/v1beta/models/demo:countTokens", "/v1beta/models?pageSize=5", "/v1beta/models/demo"} {
			method := http.MethodGet
			if strings.Contains(path, ":") {
				method = http.MethodPost
			}
			for _, tt := range []struct {
				header, key string
				status      int
				want        string
			}{
				{"", "", 403, "PERMISSION_DENIED"}, {"X-Goog-Api-Key", "wrong", 400, "INVALID_ARGUMENT"}, {"key", "wrong", 400, "INVALID_ARGUMENT"}, {"Authorization", "Bearer wrong", 400, "INVALID_ARGUMENT"},
				{"X-Goog-Api-Key", "known", 200, ""}, {"key", "known", 200, ""}, {"Authorization", "Bearer known", 200, ""},
			} {
				address := path
				g.header = http.Header{tt.header: {tt.key}}
				if tt.header == "key" || tt.header == "" {
					g.header = nil
					address += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "key=" + tt.key
				}
				r := g.do(method, address, query("Hello"))
				if r.status != tt.status {
					g.t.Fatalf("%s with %s %q: %d %s", path, tt.header, tt.key, r.status, r.body)
				}
				if tt.status == http.StatusOK {
					continue
				}
				e := r.statusOf()
				if info := e.detail("ErrorInfo"); e.Status != tt.want || e.Code != tt.status || tt.key != "" && info["reason"] != "API_KEY_INVALID" || strings.Contains(string(r.body), "wrong") {
					g.t.Errorf("%s with %s %q: %s", path, tt.header, tt.key, r.body)
				}
			}
		}
	})
}

// Projects reach the same models by another path, with a token for a key.
func TestGenerateVertex(t *testing.T) {
	geminiBothWays(t, sim.Config{APIKeys: []string{"token"}, Models: []string{"demo"}}, func(g gemini) {
		for _, version := range []string{"v1", "v1beta1"} {
			base := "/" + version + "/projects/mine/locations/europe-west4/publishers/google/models/"
			g.key = "token"
			r := g.do(http.MethodPost, base+"demo:generateContent", query("Hello"))
			if got := r.merged(); got.usage.Traffic != "ON_DEMAND" || !strings.Contains(string(r.body), `"createTime":"`) || !strings.Contains(string(r.body), `"candidatesTokensDetails":[`) {
				g.t.Errorf("%s", r.body)
			}
			if r := g.do(http.MethodPost, base+"demo:countTokens", query("Hello")); !strings.Contains(string(r.body), `"totalTokens":8`) {
				g.t.Errorf("%s", r.body)
			}
			if r := g.do(http.MethodPost, base+"huge:generateContent", query("Hello")); r.status != http.StatusNotFound || !strings.Contains(r.statusOf().Message, "`publishers/google/models/huge`") {
				g.t.Errorf("%d %s", r.status, r.body)
			}
			g.key = "other"
			if r := g.do(http.MethodPost, base+"demo:generateContent", query("Hello")); r.status != http.StatusUnauthorized || r.statusOf().Status != "UNAUTHENTICATED" {
				g.t.Errorf("%d %s", r.status, r.body)
			}
		}
	})
}

func TestGenerateModels(t *testing.T) {
	geminiBothWays(t, sim.Config{Models: []string{"small", "large"}, ContextTokens: 999}, func(g gemini) {
		var list struct {
			Models []struct {
				Name            string
				InputTokenLimit int
				Methods         []string `json:"supportedGenerationMethods"`
			}
		}
		if err := json.Unmarshal(g.do(http.MethodGet, "/v1beta/models", "").body, &list); err != nil {
			g.t.Fatal(err)
		}
		if len(list.Models) != 2 || list.Models[0].Name != "models/small" || list.Models[1].InputTokenLimit != 999 || !slices.Equal(list.Models[1].Methods, []string{"generateContent", "countTokens"}) {
			g.t.Errorf("models %+v", list)
		}
		if r := g.do(http.MethodGet, "/v1beta/models/large", ""); !strings.Contains(string(r.body), `"name":"models/large"`) {
			g.t.Errorf("one model: %s", r.body)
		}
		for path, method := range map[string]string{"huge": http.MethodGet, "huge:generateContent": http.MethodPost, "huge:countTokens": http.MethodPost, "huge:streamGenerateContent": http.MethodPost} {
			r := g.do(method, "/v1beta/models/"+path, query("Hello"))
			if e := r.statusOf(); r.status != http.StatusNotFound || e.Status != "NOT_FOUND" || !strings.HasPrefix(e.Message, "models/huge is not found for API version v1beta, or is not supported for ") {
				g.t.Errorf("%s: %d %s", path, r.status, r.body)
			}
			if array := r.body[0] == '['; array != strings.Contains(path, "stream") {
				g.t.Errorf("%s: an array %v in %s", path, array, r.body)
			}
		}
	})
}

func TestGenerateUnknownURL(t *testing.T) {
	geminiBothWays(t, sim.Config{}, func(g gemini) {
		for path, method := range map[string]string{
			"/v1beta/models/demo:embedContent": http.MethodPost, "/v1beta/models/demo": http.MethodPost, "/v1beta/models/demo:generateContent": http.MethodPut,
			"/v1beta/<files>": http.MethodGet, "/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict": http.MethodPost,
		} {
			r := g.do(method, path, query("Hello"))
			if r.status != http.StatusNotFound || r.header.Get("Content-Type") != "text/html; charset=UTF-8" || !strings.HasPrefix(string(r.body), "<!DOCTYPE html>") || strings.Contains(string(r.body), "<files") {
				g.t.Errorf("%s %s: %d %v %s", method, path, r.status, r.header, r.body)
			}
		}
		if st := g.sim.Stats(); st.Requests != 0 {
			g.t.Errorf("%d requests counted, none was for an answer", st.Requests)
		}
	})
}

func TestGenerateCount(t *testing.T) {
	image := `{"inlineData":{"mimeType":"image/png","data":"AAAA"}}`
	body := contents([]string{content("user", `{"text":"Hello"},`+image)}, `"systemInstruction":{"parts":[{"text":"Be brief."}]}`)
	geminiBothWays(t, sim.Config{Limits: sim.Limits{RPM: 1}}, func(g gemini) {
		want := g.send(wholly, body).merged().usage
		for _, one := range []string{body, `{"generateContentRequest":` + strings.Replace(body, "{", `{"model":"models/demo",`, 1) + "}"} {
			var got struct {
				TotalTokens         int
				PromptTokensDetails []modality
			}
			r := g.send("countTokens", one)
			if r.good(); json.Unmarshal(r.body, &got) != nil || got.TotalTokens != want.Prompt || !cmp.Equal(got.PromptTokensDetails, want.Details) {
				g.t.Errorf("counted %s, used %+v", r.body, want)
			}
		}
		if !slices.Equal(want.Details, []modality{{"TEXT", want.Prompt - 85}, {"IMAGE", 85}}) {
			g.t.Errorf("details %+v", want.Details)
		}
		if st := g.sim.Stats(); st.Requests != 1 || st.RateLimited != 0 {
			g.t.Errorf("stats %+v", st)
		}
	})
}

func TestGenerateContext(t *testing.T) {
	geminiInMemory(t, sim.Config{ContextTokens: 100, OutputTokens: sim.Constant(500)}, func(g gemini) {
		if got := g.send(wholly, query("Hello")).merged(); got.usage.Total != 100 || !strings.HasSuffix(got.said[0], "→MAX_TOKENS") {
			g.t.Errorf("%q %+v", got.said, got.usage)
		}
		for body, want := range map[string]string{
			query("Hello", `"generationConfig":{"maxOutputTokens":93}`): "maxOutputTokens value of 93 but the supported range is from 1 (inclusive) to 93 (exclusive)",
			query(strings.Repeat("1 ", 200)):                            "The input token count (",
		} {
			r := g.send(wholly, body)
			if e := r.statusOf(); r.status != http.StatusBadRequest || e.Status != "INVALID_ARGUMENT" || !strings.Contains(e.Message, want) {
				g.t.Errorf("%d %s, want %q", r.status, r.body, want)
			}
		}
	})
}

// What was sent before is read from a cache, up to the first thing that is new.
func TestGenerateCache(t *testing.T) {
	long := content("user", `{"text":"`+strings.Repeat("long ", 2000)+`"}`)
	geminiInMemory(t, sim.Config{}, func(g gemini) {
		cached := func(body string) int { return g.send(wholly, body).merged().usage.Cached }
		first := contents([]string{long})
		if n := cached(first); n != 0 {
			g.t.Errorf("%d tokens from an empty cache", n)
		}
		whole := cached(first)
		longer := cached(contents([]string{long, content("model", `{"text":"Yes"}`), content("user", `{"text":"And?"}`)}))
		if whole < 1024 || longer != whole {
			g.t.Errorf("%d tokens again, %d with more after them", whole, longer)
		}
		for _, other := range []string{contents([]string{long}, `"systemInstruction":{"parts":{"text":"x"}}`), query("short"), query("short")} {
			if n := cached(other); n != 0 {
				g.t.Errorf("%d tokens for %.60s", n, other)
			}
		}
		if r := g.send(wholly, query("Hello", `"cachedContent":"cachedContents/1"`)); r.status != http.StatusForbidden || r.statusOf().Status != "PERMISSION_DENIED" {
			g.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestGenerateUsageGrows(t *testing.T) {
	geminiInMemory(t, sim.Config{}, func(g gemini) {
		count := func(body string) int { return g.send(wholly, body).merged().usage.Prompt }
		plain := count(query("Hello"))
		for name, body := range map[string]string{
			"a system instruction": query("Hello", `"systemInstruction":{"parts":[{"text":"Be brief."}]}`),
			"a file":               contents([]string{content("user", `{"text":"Hello"},{"fileData":{"fileUri":"gs://x"}}`)}),
			"a function":           query("Hello", `"tools":[{"functionDeclarations":[{"name":"clock"}]}]`),
			"a schema":             query("Hello", `"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"STRING"}}`),
		} {
			if got := count(body); got <= plain {
				g.t.Errorf("%s: %d tokens, and %d without", name, got, plain)
			}
		}
		if got := count(contents([]string{content("user", `{"text":"Hello"},{"text":"thought","thought":true}`)})); got != plain {
			g.t.Errorf("%d tokens with a thought, %d without", got, plain)
		}
	})
}

func TestGenerateThinking(t *testing.T) {
	for config, want := range map[string]int{
		`{}`: 0, `{"thinkingBudget":0}`: 0, `{"thinkingBudget":-1}`: 192, `{"thinkingBudget":32}`: 2, `{"thinkingBudget":32768}`: 512, `{"includeThoughts":true}`: 192,
		`{"thinkingLevel":"LOW"}`: 64, `{"thinkingLevel":"high","includeThoughts":true}`: 512, `{"thinking_level":"MINIMAL"}`: 16,
	} {
		t.Run(config, func(t *testing.T) {
			geminiInMemory(t, sim.Config{Respond: says(sim.Answer{Text: "Yes"})}, func(g gemini) {
				for _, method := range []string{wholly, eventwise} {
					r := g.send(method, query("Hello", fmt.Sprintf(`"generationConfig":{"thinkingConfig":%s}`, config)))
					shown := strings.Contains(string(r.body), `"thought":true`)
					signed := strings.Contains(string(r.body), `"thoughtSignature":"`)
					if got := r.merged(); got.usage.Thoughts != want || shown != strings.Contains(config, "include") || signed != (want > 0) {
						g.t.Errorf("%s: %+v, shown %v, signed %v", method, got.usage, shown, signed)
					}
				}
			})
		})
	}
}
