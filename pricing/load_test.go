package pricing_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "prices.txt")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOwnTableOverTheBuiltInOne(t *testing.T) {
	own, err := pricing.Load(file(t, `
[openai]
gpt-4o 128000 16384 stv - usd=1,2
[azure]
gpt-4o = my-old-deployment
my-deployment = gpt-4o-mini
elsewhere = anthropic/claude-sonnet-4-5
[here]
there = vllm/qwen3
round = around
around = round
[vllm]
qwen3 131072 32768 st - usd=0.5,1
`))
	if err != nil {
		t.Fatal(err)
	}
	table := pricing.Builtin().With(own)
	for query, want := range map[[2]string]string{
		{"openai", "gpt-4o"}:              "openai/gpt-4o",
		{"openai", "gpt-4o-2024-08-06"}:   "openai/gpt-4o",
		{"openai", "gpt-4o-2024-05-13"}:   "openai/gpt-4o-2024-05-13", // the built-in table's own entry
		{"azure", "my-deployment"}:        "azure/gpt-4o-mini",
		{"azure", "azure/my-deployment"}:  "azure/gpt-4o-mini",
		{"azure", "elsewhere"}:            "anthropic/claude-sonnet-4-5",
		{"", "azure/elsewhere"}:           "anthropic/claude-sonnet-4-5",
		{"", "here/there"}:                "vllm/qwen3",
		{"", "nowhere/there"}:             "/",
		{"", "nowhere/openai/gpt-4o"}:     "/",
		{"here", "round"}:                 "/",
		{"azure", "gpt-4o"}:               "/", // an alias of what nobody knows hides the model
		{"vllm", "qwen3"}:                 "vllm/qwen3",
		{"anthropic", "claude-haiku-4-5"}: "anthropic/claude-haiku-4-5",
	} {
		for range 2 { // the second from memory
			if m, _ := table.Lookup(query[0], query[1]); m.Vendor+"/"+m.Name != want {
				t.Errorf("%q is %s/%s, want %s", query, m.Vendor, m.Name, want)
			}
		}
	}
	usage := request.Usage{InputTokens: 1000, OutputTokens: 1000}
	if cost, ok := table.Cost("openai", "gpt-4o", &usage, now); !ok || cost.String() != "$0.003" {
		t.Errorf("own price: %v, %v", cost, ok)
	}
	if cost, ok := pricing.Cost("openai", "gpt-4o", &usage, now); !ok || cost.String() != "$0.0125" {
		t.Errorf("the built-in price became %v, %v", cost, ok)
	}
	text, _ := own.AppendText(nil)
	if again, _ := parse(t, string(text)).AppendText(nil); string(again) != string(text) || !strings.Contains(string(text), "my-deployment = gpt-4o-mini\n") {
		t.Errorf("written %q, read and written %q", text, again)
	}
}

func TestLoadReportsFileAndLine(t *testing.T) {
	name := file(t, "[v]\nm 0 0 ? - usd=x\nn 0 0\n")
	_, err := pricing.Load(name)
	for _, want := range []string{name + `:2: model m: usd, input: amount "x": not a number; write dollars`, name + ":3: model n: want NAME"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := pricing.Load(name + "x"); err == nil || !strings.Contains(err.Error(), name+"x") {
		t.Errorf("of a missing file: %v", err)
	}
}

// An empty table knows nothing: a client that has it prices nothing.
func TestEmptyTable(t *testing.T) {
	var none pricing.Table
	if _, ok := none.Lookup("openai", "gpt-4o"); ok {
		t.Error("found in an empty table")
	}
	if _, ok := none.Cost("openai", "gpt-4o", &request.Usage{InputTokens: 1}, now); ok || none.Capabilities("openai", "gpt-4o").Known {
		t.Error("known in an empty table")
	}
}

// Tables may be laid over others while those are in use.
func TestTablesDoNotChange(t *testing.T) {
	base := parse(t, small)
	over := pricing.NewTable(nil, []pricing.Model{{Vendor: "openai", Name: "gpt-4o", ContextTokens: 1, Prices: pricing.Prices{
		Terms: []pricing.Terms{{Rates: pricing.Rates{pricing.PerMillion(request.Dollar)}}, {Above: 9}},
	}}})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if m, _ := base.With(over).Lookup("openai", "gpt-4o"); m.ContextTokens != 1 {
				t.Errorf("own entry: %+v", m)
			}
			if m, _ := base.Lookup("openai", "gpt-4o"); m.ContextTokens != 128_000 {
				t.Errorf("base: %+v", m)
			}
		})
	}
	wait.Wait()
}
