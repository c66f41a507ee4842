package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// A deviation has to be there, and as it is described.
func TestDeviationsAreHeldToTheirDescription(t *testing.T) {
	deaf := changing(func(r *request.Request) { r.Stop = nil })
	for _, c := range []struct {
		name    string
		open    contract.Open
		fails   string
		outcome contract.Outcome
		why     string
	}{
		{"as described", deaf, "the answer is not as it should be", contract.Deviates, "no stop"},
		{"mended", openChat, "the answer is not as it should be", contract.Failed, "remove it from the list"},
		{"other than described", deaf, "something else", contract.Failed, "in another way"},
	} {
		t.Run(c.name, func(t *testing.T) {
			features := contract.Features{Errors: []string{"openai"}, Deviates: map[string]contract.Deviation{"stop texts": {Fails: c.fails, Reason: "no stop"}}}
			got := contract.Judge(t, "stop texts", c.open, features)
			if got.Outcome != c.outcome || !strings.Contains(got.Why, c.why) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// A feature that is lacking has to be refused or warned about.
func TestLackingFeaturesAreNotDropped(t *testing.T) {
	features := contract.Features{Errors: []string{"openai"}, Lacks: map[contract.Feature]string{contract.Stop: "no stop", contract.ReasoningBack: "no place"}}
	if got := contract.Judge(t, "reasoning in a tool loop", openChat, features); got.Outcome != contract.NotSupported || got.Why != "no place" {
		t.Errorf("a warning does not count: %+v", got)
	}
	refusing := breaking(broken{})
	if got := contract.Judge(t, "stop texts", refusing, features); got.Outcome != contract.Failed || !strings.Contains(got.Why, "neither refused nor warned about") {
		t.Errorf("silence counts: %+v", got)
	}
}

func TestFeaturesMustNameWhatThereIs(t *testing.T) {
	got := contract.Faults(contract.Features{
		Errors:   []string{"nobody"},
		Lacks:    map[contract.Feature]string{"flying": "no wings", contract.Stop: ""},
		Deviates: map[string]contract.Deviation{"no such case": {Fails: "x", Reason: "y"}, "plain text": {}},
	})
	for _, want := range []string{`no case is named "no such case"`, `"plain text" needs both`, `no feature is named "flying"`, `lacking "stop" needs a reason`, `no set of errors named "nobody"`} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%q does not mention %q", got, want)
		}
	}
	if got := contract.Faults(contract.Features{}); len(got) != 1 {
		t.Errorf("without a set of errors: %q", got)
	}
}

func TestTable(t *testing.T) {
	lines := strings.Split(contract.Table(
		contract.Report{Client: "one", Results: []contract.Result{
			{Case: "plain text", Outcome: contract.Passed}, {Case: "Unicode", Outcome: contract.Deviates, Why: "drops\nit"}, {Case: "PDF", Outcome: contract.NotSupported, Why: "no PDF"},
		}},
		contract.Report{Client: "two", Results: []contract.Result{{Case: "plain text", Outcome: contract.Passed}}},
	), "\n")
	var got []string
	for _, line := range lines {
		for _, start := range []string{"| case", "|--", "| plain text", "| Unicode", "| PDF", "1.", "2.", "3.", "4."} {
			if strings.HasPrefix(line, start) {
				got = append(got, line)
			}
		}
	}
	want := []string{
		"| case | one | two |", "|---|:-:|:-:|", "| plain text | ✓ | ✓ |", "| Unicode | **deviates** 3 | **FAIL** 2 |", "| PDF | – 4 | **FAIL** 2 |",
		"1. one: did not run", "2. two: did not run", "3. one: drops it", "4. one: no PDF",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
