package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// sourcesOf are sources with one vendor, anthropic, given as the entries of each list.
func sourcesOf(litellm, modelsDev, genai, portkey string) fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"litellm_2026-08-01.json":                   "{" + litellm + "}",
		"models.dev_2026-07-01.json":                `{"anthropic": {"models": {` + modelsDev + "}}}",
		"genai-prices_2026-08-21.json":              `[{"id": "anthropic", "models": [` + genai + "]}]",
		"portkey_2026-08-21/pricing/anthropic.json": "{" + portkey + "}",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func inLiteLLM(name, costs string) string {
	return fmt.Sprintf(`%q: {"litellm_provider": "anthropic", "mode": "chat", "max_input_tokens": 9, "supports_vision": true, %s}`, name, costs)
}

func inModelsDev(name, costs string) string {
	return fmt.Sprintf(`%q: {"limit": {"context": 9}, "modalities": {"output": ["text"]}, "tool_call": true, "cost": {%s}}`, name, costs)
}

func inGenai(name, prices string) string {
	return fmt.Sprintf(`{"id": %q, "match": {"equals": %[1]q}, "prices": %s}`, name, prices)
}

func inPortkey(name, config string) string { return fmt.Sprintf("%q: {%s}", name, config) }

// settled gives the fields of the first model behind the limits, and the faults.
func settled(t *testing.T, files fstest.MapFS, rulings string) (fields string, faults []string) {
	t.Helper()
	s, err := readSources(files)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseOverrides(rulings)
	if err != nil {
		t.Fatal(err)
	}
	table, r, err := generate(&s, rules)
	if err != nil {
		t.Fatal(err)
	}
	text, err := table.AppendText(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := strings.Cut(string(text), "[anthropic]\n")
	if line, _, _ = strings.Cut(line, "\n"); !found {
		t.Fatalf("no models:\n%s", text)
	}
	return strings.Join(strings.Fields(line)[5:], " "), r.faults
}

type ruleTest struct {
	litellm, modelsDev, genai, portkey, rulings string
	want, fault                                 string
}

var votesOnPrices = map[string]ruleTest{
	"every kind, of each source by its own names and units": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 3e-6, "output_cost_per_token": 1.5e-5, "cache_read_input_token_cost": 3e-7,
				"cache_creation_input_token_cost": 3.75e-6, "cache_creation_input_token_cost_above_1hr": 6e-6, "output_cost_per_image_token": 6e-5`),
		modelsDev: inModelsDev("m", `"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75, "input_audio": 7, "output_audio": 9`),
		genai:     inGenai("m", `{"input_mtok": 3, "output_mtok": 15, "output_reasoning_mtok": 20, "input_image_mtok": 5, "web_searches_kcount": 10}`),
		portkey: inPortkey("m", `"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0003}, "response_token": {"price": 0.0015},
				"additional_units": {"cache_write_1h": {"price": 0.0006}, "web_search": {"price": 1}}}, "batch_config": {"request_token": {"price": 0.00015}}}`),
		want: "usd=3,15,0.3lm,3.75lm,6lp,20g,7m,9m,5g,60l batch=1.5p units=web_search_requests:10000gp",
	},
	"a majority outvotes": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 3e-6, "output_cost_per_token": 1e-5`), modelsDev: inModelsDev("m", `"input": 2, "output": 10`),
		genai: inGenai("m", `{"input_mtok": 2, "output_mtok": 10}`),
		want:  "usd=2gm,10",
	},
	"without a majority nothing stands, nor what hangs on it": {
		litellm:   inLiteLLM("m", `"input_cost_per_token": 3e-6, "output_cost_per_token": 1e-5, "input_cost_per_token_flex": 1e-6`),
		modelsDev: inModelsDev("m", `"input": 2, "output": 10`),
		want:      "usd=,10", fault: "anthropic/m: usd input: no majority among [$3.00 $2.00]; write an override",
	},
	"of three that all list the cache one does not do": {
		litellm:   inLiteLLM("m", `"input_cost_per_token": 3e-6, "output_cost_per_token": 1e-5, "cache_read_input_token_cost": 3e-7, "cache_creation_input_token_cost_above_1hr": 6e-6`),
		modelsDev: inModelsDev("m", `"input": 3, "output": 10`), genai: inGenai("m", `{"input_mtok": 3, "output_mtok": 10}`),
		want: "usd=3,10,,,6l",
	},
	"a ruling settles it, with its letter": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 3e-6, "output_cost_per_token": 1e-5`), modelsDev: inModelsDev("m", `"input": 2, "output": 10`),
		rulings: "date 2026-08-21\nanthropic/m usd=3 # why", want: "usd=3h,10",
	},
	"a ruling may leave it open, or take prices away": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 3e-6, "output_cost_per_token": 1e-5, "input_cost_per_token_flex": 1e-6`), modelsDev: inModelsDev("m", `"input": 2`),
		rulings: "anthropic/m usd= flex=- # why", want: "",
	},
	"a cliff stands where half leave it out, and ends what is not known above it": {
		litellm:   inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "input_cost_per_token_above_200k_tokens": 3e-6, "input_cost_per_token_flex": 5e-7`),
		modelsDev: inModelsDev("m", `"input": 1, "output": 2`), rulings: "anthropic/m usd>200000= # why",
		want: "usd>200000=3l usd=1,2 flex>200000= flex=0.5l",
	},
	"a cliff that most leave out": {
		litellm:   inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "input_cost_per_token_above_200k_tokens": 3e-6`),
		modelsDev: inModelsDev("m", `"input": 1, "output": 2`), genai: inGenai("m", `{"input_mtok": 1, "output_mtok": 2}`),
		want: "usd=1,2",
	},
	"cliffs in every form": {
		litellm:   inLiteLLM("m", `"tiered_pricing": [{"range": [0, 32000], "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}, {"range": [32000, 128000], "input_cost_per_token": 3e-6}]`),
		modelsDev: inModelsDev("m", `"input": 1, "output": 2, "tiers": [{"input": 3, "tier": {"size": 32000}}]`),
		genai:     inGenai("m", `{"input_mtok": {"base": 1, "tiers": [{"start": 32000, "price": 3}]}, "output_mtok": 2}`),
		portkey: inPortkey("m", `"custom_pricing": {"context_tier_map": {"0": "short", "32000": "long"}, "regions": {"default": {"execution_modes": {"priority": {"context_tiers": {
				"short": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0002}}}}, "long": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0006}}}}}}}}}}`),
		want: "usd>32000=3glm usd=1glm,2glm priority>32000=6p priority=2p",
	},
	"priority at the standard price is a copy": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "input_cost_per_token_priority": 1e-6`), want: "usd=1,2",
	},
	"parts at the price of the whole have none of their own": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "output_cost_per_reasoning_token": 2e-6, "input_cost_per_audio_token": 4e-6`),
		want:    "usd=1,2,,,,,4",
	},
}

var rulesOfPrices = map[string]ruleTest{
	"rules fill in what nobody states": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-5, "cache_read_input_token_cost": 3e-7`),
		portkey: inPortkey("m", `"pricing_config": {"batch_config": {"request_token": {"price": 0.00015}}}`),
		rulings: "anthropic/* read=10% write5m=125% write1h=200% batch=50% # the maker's page",
		want:    "usd=2l,10l,0.3l,2.5r,4r batch=1.5p,5r,0.15r,1.25r,2r",
	},
	"a price of the future, and rules follow it": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-5`),
		genai:   inGenai("m", `[{"prices": {"input_mtok": 2, "output_mtok": 10}}, {"constraint": {"start_date": "2026-09-01"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]`),
		rulings: "anthropic/* batch=50% # the maker's page",
		want:    "usd@2026-09-01=3g,15g usd=2,10 batch@2026-09-01=1.5r,7.5r batch=1r,5r",
	},
	"without a rule a batch's future is unknown": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-5, "input_cost_per_token_batches": 1e-6`),
		genai:   inGenai("m", `[{"prices": {"input_mtok": 2, "output_mtok": 10}}, {"constraint": {"start_date": "2026-09-01"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]`),
		want:    "usd@2026-09-01=3g,15g usd=2,10 batch@2026-09-01= batch=1l",
	},
	"a copy from before a change that has the old price agrees with the new one": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 4e-6, "output_cost_per_token": 9e-6`), modelsDev: inModelsDev("m", `"input": 2, "output": 10`),
		genai: inGenai("m", `[{"prices": {"input_mtok": 2, "output_mtok": 10}}, {"constraint": {"start_date": "2026-07-30"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]`),
		want:  "usd@2026-07-30=3gm,15gm usd=2g,10g",
	},
	"a date is left out if its source is outvoted": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 4e-6, "output_cost_per_token": 9e-6`), portkey: inPortkey("m", `"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0004}, "response_token": {"price": 0.0009}}}`),
		genai: inGenai("m", `[{"prices": {"input_mtok": 2, "output_mtok": 10}}, {"constraint": {"start_date": "2026-09-01"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]`),
		want:  "usd=4lp,9lp",
	},
	"Portkey's names for sizes": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6`),
		portkey: inPortkey("m-lte-128k", `"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0001}, "response_token": {"price": 0.0002}}}`) + "," +
			inPortkey("m-gt-128k", `"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0009}}}`),
		want: "usd=1,2",
	},
	"a search whose price depends on how much is read has none": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "search_context_cost_per_query": {"low": 0.01, "high": 0.03}, "input_cost_per_request": 0.005`),
		want:    "usd=1,2 units=request:5000",
	},
	"units by hand": {
		litellm: inLiteLLM("m", `"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "search_context_cost_per_query": {"low": 0.01, "high": 0.01}`),
		rulings: "anthropic/m units=web_search_requests:20000,fetch:0,request: # why",
		want:    "usd=1,2 units=fetch:0h,request:,web_search_requests:20000h",
	},
}

func TestVotesOnPrices(t *testing.T) { checkRules(t, votesOnPrices) }

func TestRulesOfPrices(t *testing.T) { checkRules(t, rulesOfPrices) }

func checkRules(t *testing.T, tests map[string]ruleTest) {
	t.Helper()
	for name, test := range tests {
		got, faults := settled(t, sourcesOf(test.litellm, test.modelsDev, test.genai, test.portkey), test.rulings)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if all := strings.Join(faults, "\n"); all != test.fault {
			t.Errorf("%s: faults %q, want %q", name, all, test.fault)
		}
	}
}

func TestReportAloneWritesNothing(t *testing.T) {
	var b strings.Builder
	if err := run("testdata", "", &b); err == nil || !strings.Contains(b.String(), "no majority") {
		t.Errorf("%v, %q", err, b.String())
	}
}
