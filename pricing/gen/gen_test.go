package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/pricing"
)

// made runs the generator on the fixtures.
func made(t *testing.T, rulings string) (string, *report) {
	t.Helper()
	s, err := readSources(os.DirFS("testdata"))
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
	return string(text), r
}

// Each line stands for a rule:
//   - big: LiteLLM's limit of the prompt and of the answer make the others' context; PDF is a tie that LiteLLM's word
//     decides; the prices of each day, of which the other sources agree with the present ones and outvote the cliff; the dated
//     name that says nothing of its own is left out, the one that does is not
//   - split: the context is ruled by hand, Portkey breaks the tie of the answers, prices stay unknown without a majority
//   - azure: the maker says that sampling is refused and that prices rise, regions are left out
//   - groq: 128000 and 131072 are one, zero is no price, and what is obscure is left out
//   - openrouter: plain is not listed again, for the maker's entry answers for it; big can call several tools there; the maker
//     says that sampling is refused, and what its prices were before
//   - bedrock: regions that differ stay; vertex: the name with a version stands
const want = `[sources]
l LiteLLM 2026-01-02
m models.dev 2026-02-03
g genai-prices 2026-03-03
p Portkey 2026-03-04

[avian]
Only-Here 0 0 ? g usd=0.45,0.9

[azure]
big 400000 100000 stpjJ l usd@2027-01-01=9g,90g usd=1.25,10

[bedrock]
eu.m.x-v1:0 9000 800 sjJvT l
m.x-v1:0 9000 900 sjJvT l

[groq]
vendor/open 131072 65536 stpjJT lm

[openai]
big 400000 100000 stjJvdrc lmgp usd@2027-01-01=9g,90g usd@2026-01-01=1.25,10,0.125glm usd=5g,20g end=2027-05-06
big-2024-01-01 128000 4096 stjJvdrc lg usd@2027-01-01=9g,90g usd>200000@2026-01-01=2.5g usd@2026-01-01=1.25g,10g,0.125g usd=5g,20g
plain-1.5 64000 8000 stpjJT m usd=1,2
split 9000 5000 stpjJvT lmp usd=,4mp

[openrouter]
openai/big 400000 100000 stpjJvdrc m usd@2027-01-01=9g,90g usd@2026-01-01=1.25,10,0.125 usd=5g,20g
other/free 4000 4000 sjT m

[vertex]
claude-x@20250101 200000 64000 sjJvT l
`

const fixtureRulings = `
openai/split context=9000 usd= # the maker's page; of the prices nobody knows
openai/big-2024* context=128000 # genai-prices repeats the newer one
`

func TestTableOfTheFixtures(t *testing.T) {
	got, r := made(t, fixtureRulings)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(r.faults) > 0 {
		t.Errorf("faults: %q", r.faults)
	}
	if _, err := pricing.Parse(got); err != nil {
		t.Error(err)
	}
}

func TestSplitAtAFirstPartyIsAFault(t *testing.T) {
	got, r := made(t, "")
	if !strings.Contains(got, "split 8000 5000 ") {
		t.Errorf("the smaller limit does not stand:\n%s", got)
	}
	for _, fault := range []string{
		"openai/split: context: no majority among [8000 9000]; write an override",
		"openai/split: usd input: no majority among [$2.00 $3.00]; write an override",
	} {
		if !strings.Contains(strings.Join(r.faults, "\n"), fault) {
			t.Errorf("faults %q lack %q", r.faults, fault)
		}
	}
}

func TestRulingThatNobodyNeedsIsAFault(t *testing.T) {
	_, r := made(t, fixtureRulings+"openai/gone context=1 # was wrong once\n")
	if len(r.faults) != 1 || !strings.Contains(r.faults[0], "openai/gone matches no model; remove it") {
		t.Errorf("faults %q", r.faults)
	}
}

func TestReportCountsAndNames(t *testing.T) {
	_, r := made(t, fixtureRulings)
	var b strings.Builder
	r.write(&b)
	for _, text := range []string{"openai/split: usd input: no majority among [$2.00 $3.00]", "no majority", "one source", "usd cache read", "usd>"} {
		if !strings.Contains(b.String(), text) {
			t.Errorf("does not say %q:\n%s", text, b.String())
		}
	}
	if got := *r.counts["output"]; got[tiebreak] != 1 || got[unanimous] != 2 {
		t.Errorf("output: %v", got)
	}
}

func TestFaultsLeaveTheTableAsItWas(t *testing.T) {
	out := filepath.Join(t.TempDir(), "models.txt")
	if err := os.WriteFile(out, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	// The rulings that are built in belong to other models.
	err := run("testdata", out, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "faults; ") {
		t.Errorf("got %v", err)
	}
	if text, _ := os.ReadFile(out); string(text) != "old" {
		t.Errorf("wrote %q", text)
	}
}

func TestMissingSources(t *testing.T) {
	if err := run("", "x", io.Discard); err == nil || !strings.Contains(err.Error(), "-sources FOLDER") {
		t.Errorf("got %v", err)
	}
	err := run(t.TempDir(), "x", io.Discard)
	for _, pattern := range []string{"litellm_*.json", "models.dev_*.json", "genai-prices*_*.json", "portkey_*"} {
		if err == nil || !strings.Contains(err.Error(), pattern) {
			t.Errorf("does not ask for %s: %v", pattern, err)
		}
	}
}

func TestOverridesThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		"openai/x context=1":             "line 1: give the reason after a #",
		"\nopenai/x # why":               "line 2: want VENDOR/NAME FIELD=VALUE",
		"openai/x context=many # why":    `parsing "many"`,
		"openai/x can=Q # why":           "flag 'Q'",
		"openai/x price=1 # why":         `field "price" is unknown`,
		"a/b context=1 # ok\nc/d # why?": "line 2",
	} {
		if _, err := parseOverrides(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

func TestOverridesSetFlags(t *testing.T) {
	rules, err := parseOverrides("v/m* can=vd cannot=T # why\n")
	if err != nil {
		t.Fatal(err)
	}
	m := pricing.Model{Vendor: "v", Name: "mm", Flags: pricing.Described | pricing.Sampling | pricing.Tools}
	rules.apply(&m)
	if m.Flags.String() != "tvd" {
		t.Errorf("flags %v", m.Flags)
	}
	m.Flags = 0
	if rules.apply(&m); m.Flags != 0 {
		t.Errorf("an undescribed model got flags %v", m.Flags)
	}
	both, err := parseOverrides("v/*b-c context=7 # why\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"b-c": 7, "a.b-c": 7, "b-c-d": 0, "-c": 0} {
		m := pricing.Model{Vendor: "v", Name: name}
		if both.apply(&m); m.ContextTokens != want {
			t.Errorf("%s: context %d, want %d", name, m.ContextTokens, want)
		}
	}
	other := pricing.Model{Vendor: "v", Name: "x"}
	if rules.sets(&other, "can") || !rules.sets(&m, "can") || rules.sets(&m, "context") {
		t.Error("a ruling is found where it does not hold")
	}
}

func TestGenaiMatch(t *testing.T) {
	for name, test := range map[string]struct {
		match genaiMatch
		yes   string
		no    string
	}{
		"equals":   {genaiMatch{Equals: "a"}, "a", "ab"},
		"starts":   {genaiMatch{StartsWith: "a"}, "ab", "ba"},
		"ends":     {genaiMatch{EndsWith: "a"}, "ba", "ab"},
		"contains": {genaiMatch{Contains: "a"}, "bab", "b"},
		"regex":    {genaiMatch{Regex: "^a.c$"}, "abc", "abcd"},
		"or":       {genaiMatch{Or: []genaiMatch{{Equals: "a"}, {Equals: "b"}}}, "b", "c"},
		"and":      {genaiMatch{And: []genaiMatch{{StartsWith: "a"}, {EndsWith: "b"}}}, "ab", "ac"},
	} {
		if !test.match.covers(test.yes) || test.match.covers(test.no) || (genaiMatch{}).covers(test.yes) {
			t.Errorf("%s is wrong", name)
		}
	}
}

func TestPricesByTheTimeOfDayAreUnknown(t *testing.T) {
	p, _, err := readGenaiPrices([]byte(`[{"prices":{"input_mtok":1}},{"constraint":{"start_time":"00:30:00Z"},"prices":{"input_mtok":2}}]`))
	if err != nil || len(p) > 0 {
		t.Errorf("got %+v, %v", p, err)
	}
}
