package router_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// What a request costs at a target depends on the model that it is asked of there; the caller's own is asked of a target that
// names none, whatever others were asked before.
func TestACostIsThatOfTheTargetsModel(t *testing.T) {
	var asked []string
	cost := func(req *request.Request) (request.Money, bool) {
		asked = append(asked, req.Model)
		return request.Money(10 - len(req.Model)), true
	}
	first, second, third := script(fails(request.ClassInvalid, 1), answer), script(answer), script(answer)
	r := open(t, router.Config{
		Targets: []router.Target{
			{Name: "a", Client: first, Cost: cost}, {Name: "b", Client: second, Model: "large", Cost: cost}, {Name: "c", Client: third, Model: "larger", Cost: cost},
		},
		Order: policy.LowestCost(), Fallback: func(*request.Error) bool { return true },
	})
	req := question("?")
	req.Model = "own"
	if _, err := r.Complete(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked)
	if d := cmp.Diff([]string{"large", "larger", "own"}, slices.Compact(asked)); d != "" {
		t.Errorf("costs were asked for (-want +got):\n%s", d)
	}
	if got := third.Calls()[0].Request.Model; got != "larger" {
		t.Errorf("the cheapest was asked for %q", got)
	}
}
