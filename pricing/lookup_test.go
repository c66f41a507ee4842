package pricing_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/pricing"
)

// small is a table in which every way of writing a name can be tried.
const small = `
[sources]
a One 2026-01-01
[openai]
gpt-4o 128000 16384 stv a
gpt-4o-2024-05-13 128000 4096 stv a
gpt-4.1 1000000 32768 stv a
ft:gpt-4o-2024-08-06 128000 16384 st a
[anthropic]
claude-sonnet-4-5 200000 64000 st a
claude-3-5-sonnet-20240620 200000 4096 st a
claude-3-5-sonnet-20241022 200000 8192 st a
claude-3-haiku-20240307 200000 4096 st a
[gemini]
gemini-2.5-pro 1048576 65536 st a
[vertex]
gemini-2.5-pro 1048576 65535 st a
claude-opus-4-1@20250805 200000 32000 st a
claude-opus-4-6@default 1000000 128000 st a
[bedrock]
anthropic.claude-sonnet-4-5-20250929-v1:0 200000 64000 st a
eu.anthropic.claude-sonnet-4-5-20250929-v1:0 200000 60000 st a
[fireworks]
accounts/fireworks/models/kimi-k2 256000 0 st a
[groq]
openai/gpt-oss-120b 131072 32766 st a
A.b 1 1 st a
a-b 2 2 st a
[openrouter]
anthropic/claude-sonnet-4.5 1000000 64000 st a
`

func parse(t testing.TB, text string) *pricing.Table {
	t.Helper()
	table, err := pricing.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestLookupUnderstandsNamesThatMeanOneModel(t *testing.T) {
	table := parse(t, small)
	for query, want := range map[[2]string]string{
		{"openai", "gpt-4o"}:                                          "openai/gpt-4o",
		{"openai", "GPT-4o"}:                                          "openai/gpt-4o",
		{"openai", "openai/gpt-4o"}:                                   "openai/gpt-4o",
		{"openai", "gpt-4o-2024-11-20"}:                               "openai/gpt-4o",
		{"openai", "gpt-4o-2024-05-13"}:                               "openai/gpt-4o-2024-05-13",
		{"openai", "gpt-4-1"}:                                         "openai/gpt-4.1",
		{"openai", "ft:gpt-4o-2024-08-06:org:name:id"}:                "openai/ft:gpt-4o-2024-08-06",
		{"openai", "ft:gpt-4o:org::id"}:                               "openai/ft:gpt-4o-2024-08-06",
		{"anthropic", "claude-sonnet-4-5-20250929"}:                   "anthropic/claude-sonnet-4-5",
		{"anthropic", "claude-sonnet-4.5"}:                            "anthropic/claude-sonnet-4-5",
		{"anthropic", "claude-sonnet-4-5@20250929"}:                   "anthropic/claude-sonnet-4-5",
		{"anthropic", "claude-3-5-sonnet@20240620"}:                   "anthropic/claude-3-5-sonnet-20240620",
		{"anthropic", "claude-3-haiku"}:                               "anthropic/claude-3-haiku-20240307",
		{"anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}: "anthropic/claude-sonnet-4-5",
		{"anthropic", "anthropic.claude-3-haiku-20240307-v1:0"}:       "anthropic/claude-3-haiku-20240307",
		{"gemini", "models/gemini-2.5-pro"}:                           "gemini/gemini-2.5-pro",
		{"google", "gemini-2.5-pro"}:                                  "gemini/gemini-2.5-pro",
		{"vertex", "gemini-2.5-pro"}:                                  "vertex/gemini-2.5-pro",
		{"vertex", "google/gemini-2.5-pro"}:                           "vertex/gemini-2.5-pro",
		{"google-vertex", "publishers/google/models/gemini-2.5-pro"}:  "vertex/gemini-2.5-pro",
		{"vertex", "projects/p/locations/l/publishers/anthropic/models/claude-opus-4-1@20250805"}: "vertex/claude-opus-4-1@20250805",
		{"vertex", "claude-opus-4-1"}:                               "vertex/claude-opus-4-1@20250805",
		{"vertex", "claude-opus-4-1-20250805"}:                      "vertex/claude-opus-4-1@20250805",
		{"vertex", "claude-opus-4-6"}:                               "vertex/claude-opus-4-6@default",
		{"bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}: "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
		{"bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"}: "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
		{"aws", "arn:aws:bedrock:us-east-1:1:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0"}: "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
		{"fireworks", "accounts/fireworks/models/kimi-k2"}:                                                        "fireworks/accounts/fireworks/models/kimi-k2",
		{"groq", "openai/gpt-oss-120b"}:                                                                           "groq/openai/gpt-oss-120b",
		{"groq", "groq/openai/gpt-oss-120b"}:                                                                      "groq/openai/gpt-oss-120b",
		{"openrouter", "anthropic/claude-sonnet-4.5"}:                                                             "openrouter/anthropic/claude-sonnet-4.5",
		{"openrouter", "google/gemini-2.5-pro"}:                                                                   "gemini/gemini-2.5-pro",
		{"vercel", "openai/gpt-4o"}:                                                                               "openai/gpt-4o",
		{"sim", "openai/gpt-4o"}:                                                                                  "openai/gpt-4o",
		{"openrouter", "openrouter/google/gemini-2.5-pro"}:                                                        "gemini/gemini-2.5-pro",
		{"", "openrouter/google/gemini-2.5-pro"}:                                                                  "gemini/gemini-2.5-pro",
		{"anthropic", "claude-3-haiku-latest"}:                                                                    "anthropic/claude-3-haiku-20240307",
		{"openai", "gpt-4.1-latest"}:                                                                              "openai/gpt-4.1",
		{"sim", "openrouter/anthropic/claude-3-haiku"}:                                                            "anthropic/claude-3-haiku-20240307",
		{"", "anthropic/claude-sonnet-4-5-20250929"}:                                                              "anthropic/claude-sonnet-4-5",
	} {
		m, ok := table.Lookup(query[0], query[1])
		if got := m.Vendor + "/" + m.Name; !ok || got != want {
			t.Errorf("%q: got %q, %v; want %q", query, got, ok, want)
		}
	}
}

func TestLookupDoesNotGuess(t *testing.T) {
	table := parse(t, small)
	for _, query := range [][2]string{
		{"", ""},
		{"openai", ""},
		{"openai", "gpt-4"},
		{"openai", "gpt-4o-mini"},
		{"openai", "gpt-4o-20241"},
		{"openai", "gpt-4o-2024-13-01"},
		{"openai", "gpt-4o-1120"},
		{"openai", "gpt-4o-"},
		{"openai", "claude-sonnet-4-5"},
		{"openai", "us.gpt-4o"},
		{"openai", "ft:gpt-5:org::id"},
		{"anthropic", "claude-3-5-sonnet"}, // two dates
		{"anthropic", "claude-3-5-sonnet-latest"},
		{"openai", "gpt-4o-latest"}, // the table has a dated one besides
		{"openai", "-latest"},
		{"anthropic", "claude-sonnet-4"},
		{"anthropic", "anthropic.claude-3-haiku-20240307-v1:0:200k"}, // another context
		{"gemini", "claude-sonnet-4-5"},
		{"groq", "openai/gpt-4o"}, // not a gateway
		{"groq", "A.B"},           // could be either
		{"openrouter", "gpt-4o"},
		{"openrouter", "nobody/gpt-4o"},
		{"sim", "gpt-4o"},
		{"sim", "demo"},
		{"nobody", "sim/openai/gpt-4o"},
		{"fireworks", "kimi-k2"},
	} {
		if m, ok := table.Lookup(query[0], query[1]); ok {
			t.Errorf("%q: found %s/%s", query, m.Vendor, m.Name)
		}
	}
}

func TestEveryModelIsFoundByItsName(t *testing.T) {
	for m := range pricing.Models() {
		if got, ok := pricing.Lookup(m.Vendor, m.Name); !ok || !got.Equal(m) {
			t.Errorf("%s/%s: found %+v, %v", m.Vendor, m.Name, got, ok)
		}
	}
}

func TestLookupOfASpellingThatWasSeenDoesNotAllocate(t *testing.T) {
	for _, query := range [][2]string{
		{"openai", "gpt-4o"},
		{"anthropic", "claude-sonnet-4-5-20250929"},
		{"openai", "nothing-like-it"},
		{"openai", "NOTHING-like-it"},
		{"bedrock", "us.anthropic.claude-3-opus-20240229-v1:0"},
		{"vertex", "publishers/google/models/GEMINI-2.5-pro"},
		{"openrouter", "anthropic/claude-3-haiku-20240307"},
		{"", "openrouter/z-ai/glm-4.5"},
	} {
		pricing.Lookup(query[0], query[1])
		if n := testing.AllocsPerRun(100, func() { pricing.Lookup(query[0], query[1]) }); n > 0 {
			t.Errorf("%q: %v allocations", query, n)
		}
	}
}

// However many spellings are asked for, from however many goroutines, the answers stay right.
func TestLookupRemembersOnlySoMuch(t *testing.T) {
	table := parse(t, small)
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 1000 {
				date := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i+g)
				spelling := "models/gpt-4.1-" + date.Format(time.DateOnly)
				if m, ok := table.Lookup("openai", spelling); !ok || m.Name != "gpt-4.1" {
					t.Errorf("%s: %q, %v", spelling, m.Name, ok)
				}
				if _, ok := table.Lookup("openai", spelling+strings.Repeat("x", i)); i > 0 && ok {
					t.Errorf("%sx was found", spelling)
				}
			}
		})
	}
	wait.Wait()
}

func FuzzLookup(f *testing.F) {
	for m := range parse(f, small).Models() {
		f.Add(m.Vendor, m.Name)
		f.Add("openrouter", m.Vendor+"/"+m.Name)
	}
	f.Add("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0")
	f.Add("vertex", "publishers/google/models/gemini-2.5-pro@20250101")
	f.Add("openai", "ft:gpt-4o-2024-08-06:::")
	known := map[string]bool{}
	for m := range pricing.Models() {
		known[m.Vendor] = true
	}
	gateways := []string{"openrouter", "vercel"}
	f.Fuzz(func(t *testing.T, vendor, name string) {
		m, ok := pricing.Lookup(vendor, name)
		if !ok {
			if !m.Equal(pricing.Model{}) {
				t.Fatalf("not found, but %+v", m)
			}
			return
		}
		if known[vendor] && !slices.Contains(gateways, vendor) && m.Vendor != vendor {
			t.Fatalf("%q of %q is %s/%s", name, vendor, m.Vendor, m.Name)
		}
		if m.Vendor != vendor && !strings.Contains(name, "/") && known[vendor] {
			t.Fatalf("%q of %q is %s/%s, and no maker is named", name, vendor, m.Vendor, m.Name)
		}
	})
}
