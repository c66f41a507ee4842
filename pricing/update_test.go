package pricing_test

import (
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/pricing"
)

func TestUpdatesThatAreTaken(t *testing.T) {
	old := parse(t, "[v]\na 0 0 ? - usd=1,10 batch=0.5\nb 0 0 ? - usd=3\nc 0 0 ? - usd=2\nd 0 0 ? - units=search:10\n")
	for name, text := range map[string]string{
		"the same":            "[v]\na 0 0 ? - usd=1,10 batch=0.5\nb 0 0 ? - usd=3\nc 0 0 ? - usd=2\nd 0 0 ? - units=search:10\n",
		"ten times":           "[v]\na 0 0 ? - usd=10,1\nb 0 0 ? - usd=3\n",
		"half of the models":  "[v]\nc 0 0 ? - usd=2\nd 0 0 ? -\n",
		"prices become known": "[v]\na 0 0 ? - usd=1,10,5 flex=90\nb 0 0 ? - usd=3 units=search:99\n",
		"or unknown":          "[v]\na 0 0 ? - usd=\nb 0 0 ? -\n",
		"dated names":         "[v]\na-2026-01-01 0 0 ? - usd=1,10\nb-2026-01-01 0 0 ? - usd=3\n",
		"a past that was so":  "[v]\na 0 0 ? - usd=99 usd@2026-08-01=1,10\nb 0 0 ? -\n",
	} {
		if err := old.CheckUpdate(parse(t, text), now.At); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUpdatesThatAreRefused(t *testing.T) {
	old := parse(t, "[v]\na 0 0 ? - usd=1,10 batch=0.5\nb 0 0 ? - usd=3\nc 0 0 ? - usd=0\nd 0 0 ? - usd=1 units=search:10\n")
	rest := "b 0 0 ? - usd=3\nc 0 0 ? - usd=0\nd 0 0 ? - usd=1 units=search:10\n"
	for name, test := range map[string]struct{ text, want string }{
		"a thousandfold":      {"[v]\na 0 0 ? - usd=1000,10\n" + rest, "v/a: standard, input: from $1.00 to $1000.00 for a million"},
		"just above":          {"[v]\na 0 0 ? - usd=10.000000001,10\n" + rest, "from $1.00 to $10.000000001"},
		"per thousand":        {"[v]\na 0 0 ? - usd=1,0.01\n" + rest, "v/a: standard, output: from $10.00 to $0.01"},
		"a batch":             {"[v]\na 0 0 ? - usd=1,10 batch=0.01\n" + rest, "v/a: batch, input"},
		"a new cliff":         {"[v]\na 0 0 ? - usd=1,10 usd>9=11,10\n" + rest, "v/a: standard, input: from $1.00 to $11.00"},
		"a price to come":     {"[v]\na 0 0 ? - usd=1,10 usd@2026-09-01=11,10\n" + rest, "v/a: standard, input: from $1.00 to $11.00"},
		"no longer free":      {"[v]\na 0 0 ? - usd=1\nb 0 0 ? -\nc 0 0 ? - usd=1\n", "v/c: standard, input: from $0.00 to $1.00"},
		"free":                {"[v]\na 0 0 ? - usd=0,10\n" + rest, "v/a: standard, input: from $1.00 to $0.00"},
		"a unit":              {"[v]\nd 0 0 ? - usd=1 units=search:1000\na 0 0 ? -\n", "v/d: search: from $10.00 to $1000.00"},
		"most models missing": {"[v]\na 0 0 ? - usd=1,10\n", "3 of 4 models are missing"},
		"nothing":             {"", "4 of 4 models are missing"},
	} {
		if err := old.CheckUpdate(parse(t, test.text), now.At); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want %s", name, err, test.want)
		}
	}
}

func TestTheBuiltInTableMayFollowItself(t *testing.T) {
	if err := pricing.Builtin().CheckUpdate(pricing.Builtin(), now.At); err != nil {
		t.Error(err)
	}
}
