package source_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

func TestSecondItemOfAnIDIsAFault(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	text := strings.Join([]string{
		`{"id":"a","prompt":"x"}`, `{"id":"b","prompt":"x"}`, `{"id":"a","prompt":"y"}`, strings.Replace(aBatch, `"a"`, `"b"`, 1),
		`{"id":"line-6","prompt":"x"}`, `{"prompt":"x"}`, `{"id":"` + long + `","prompt":"x"}`, `{"id":"` + long + `x","prompt":"x"}`, `{"id":"a","prompt":5}`,
	}, "\n")
	items, err := collect(t, open(t, strings.NewReader(text), source.Config{}))
	if err != nil || len(items) != 9 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	for i, want := range []string{
		"", "", `in:3: id: "a" is taken by line 1; give each item its own`, `in:4: custom_id: "b" is taken by line 2; give each item its own`,
		"", `in:6: id: "line-6" is taken by line 5; give each item its own`, "", "", `in:9: prompt: expected a string`,
	} {
		if got := items[i].Err; (got == nil) != (want == "") || got != nil && got.Error() != want {
			t.Errorf("item %d: got %v, want %q", i, got, want)
		}
	}
	items, err = collect(t, open(t, strings.NewReader(text), source.Config{AllowDuplicates: true}))
	if bad := strings.Count(strings.Join(brief(items), "\n"), "bad"); err != nil || bad != 1 {
		t.Errorf("with duplicates allowed %d are bad, %v", bad, err)
	}
}

func TestTableNamesItsColumnOfDuplicates(t *testing.T) {
	items, err := collect(t, open(t, strings.NewReader("id,prompt\na,x\n\"a\",y\n"), source.Config{Path: "in.csv"}))
	if err != nil || len(items) != 2 || items[1].Err == nil || items[1].Err.Error() != `in.csv:3: id: "a" is taken by line 2; give each item its own` {
		t.Errorf("got %v, %v", items, err)
	}
}

var allDefaults = request.Request{
	Model: "m", MaxTokens: 5, Temperature: new(0.5), TopP: new(0.6), TopK: new(7), Seed: new(int64(8)), FrequencyPenalty: new(0.1), PresencePenalty: new(0.2),
	Stop: []string{"."}, ReasoningEffort: request.EffortLow, Tools: []request.Tool{{Name: "f"}}, ToolChoice: request.ToolChoice{Mode: request.ToolAuto},
	ParallelToolCalls: new(false), ResponseFormat: request.ResponseFormat{Type: request.FormatJSON}, ServiceTier: "flex", User: "u", PromptCacheKey: "k",
	Extra:  map[string]map[string]any{"sim": {"a": 1, "b": 2}, "other": {"c": 3}},
	Labels: map[string]string{"l": "m"}, Tenant: "t", Priority: 9, NoCache: true, NoStore: true,
}

func TestDefaultsFillWhatIsNotSet(t *testing.T) {
	items, err := collect(t, open(t, strings.NewReader(`{"prompt":"x"}`+"\n"+aMessages), source.Config{Defaults: allDefaults}))
	if err != nil || len(items) != 2 {
		t.Fatalf("got %v, %v", items, err)
	}
	want := allDefaults
	want.Messages = user("x")
	if diff := cmp.Diff(want, items[0].Request); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want.MaxTokens = 9 // of its own
	if diff := cmp.Diff(want, items[1].Request); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestItemsKeepTheirOwnParameters(t *testing.T) {
	line := `{"prompt":"x","model":"own","max_tokens":1,"temperature":0,"top_p":0,"top_k":0,"seed":0,"frequency_penalty":0,"presence_penalty":0,"stop":["!"],` +
		`"reasoning_effort":"high","tools":[{"type":"function","function":{"name":"g"}}],"response_format":{"type":"text"},` +
		`"service_tier":"priority","user":"v","prompt_cache_key":"w","b":null,"d":4}`
	items, err := collect(t, open(t, strings.NewReader(line), source.Config{Defaults: allDefaults}))
	if err != nil || len(items) != 1 || items[0].Err != nil {
		t.Fatalf("got %v, %v", items, err)
	}
	want := one(t, line).Request
	want.Extra = map[string]map[string]any{"sim": {"a": 1, "b": json.RawMessage("null"), "d": json.RawMessage("4")}, "other": {"c": 3}}
	want.Labels, want.Tenant, want.Priority, want.NoCache, want.NoStore = map[string]string{"l": "m"}, "t", 9, true, true
	if diff := cmp.Diff(want, items[0].Request); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(allDefaults.Extra["sim"]) != 2 {
		t.Errorf("the defaults were written to: %v", allDefaults.Extra)
	}
}

func TestFieldsOfNobodyAreFaults(t *testing.T) {
	text := `{"prompt":"x","verbosity":"low","logit_bias":{}}` + "\n" + `{"custom_id":"a","body":{"messages":[{"role":"user","content":"x"}],"foo":1}}`
	s, err := source.Open(source.Config{Reader: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	items, err := collect(t, s)
	if err != nil || len(items) != 2 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	const remedy = ": is not known; remove it, or set Provider to whom it is for"
	for i, want := range []string{"input:1: logit_bias" + remedy + "; verbosity" + remedy, "input:2: body.foo" + remedy} {
		if items[i].Err == nil || items[i].Err.Error() != want {
			t.Errorf("got %v\nwant %s", items[i].Err, want)
		}
	}
}
