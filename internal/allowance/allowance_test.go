package allowance_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/internal/allowance"
)

func TestAllowance(t *testing.T) {
	for _, c := range []struct {
		name              string
		attempts, retries int
		draws             []bool // free or not
		want              []bool
	}{
		{"one attempt is paid for already", 1, 3, []bool{true, false}, []bool{false, false}},
		{"retries are bounded", 9, 2, []bool{false, false, false, true}, []bool{true, true, false, true}},
		{"what is free is bounded too", 3, 9, []bool{true, true, true}, []bool{true, true, false}},
		{"a draw that fails takes nothing", 3, 0, []bool{false, false, true, true, true}, []bool{false, false, true, true, false}},
	} {
		var a allowance.Allowance
		a.Grant(context.Background(), allowance.Owner{}, c.attempts, c.retries)
		for i, free := range c.draws {
			attempt, retry := a.Left()
			got := a.Draw(free)
			if got != c.want[i] || got != (free && attempt || !free && retry) {
				t.Errorf("%s: draw %d gave %v, with %v and %v left before", c.name, i, got, attempt, retry)
			}
		}
	}
}

func TestOfAContext(t *testing.T) {
	if a := allowance.Of(context.Background()); a != nil {
		t.Errorf("%v of a context that has none", a)
	}
	var a allowance.Allowance
	ctx := a.Grant(context.Background(), allowance.Owner{ID: 7, Name: "outer"}, 2, 1)
	if found := allowance.Of(ctx); found != &a || found.Owner.Name != "outer" {
		t.Errorf("%v, want the one granted", found)
	}
}

func TestConcurrentDraws(t *testing.T) {
	var a allowance.Allowance
	a.Grant(context.Background(), allowance.Owner{}, 101, 50)
	var drawn atomic.Int64
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			if a.Draw(i%2 == 0) {
				drawn.Add(1)
			}
		})
	}
	all.Wait()
	if n := drawn.Load(); n != 100 {
		t.Errorf("%d drawn, want 100", n)
	}
}
