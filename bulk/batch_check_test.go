package bulk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// pleading lets answers pass to questions about nothing odd, or that say please.
func pleading(cfg *bulk.JobConfig) {
	cfg.CheckRetries = 2
	cfg.Check = func(_ *source.Item, resp *request.Response) error {
		if strings.Contains(resp.Content, "ODD") && !strings.Contains(resp.Content, "PLEASE") || strings.Contains(resp.Content, "NEVER") {
			return errors.New("ask nicely")
		}
		return nil
	}
	cfg.Repair = func(req request.Request, resp *request.Response, why error) request.Request {
		req.Messages = append(req.Messages[:1:1], request.Message{Role: request.RoleAssistant, Content: resp.Content},
			request.Message{Role: request.RoleUser, Content: req.Messages[0].Content + " please"})
		return req
	}
}

const odd = `{"id":"a","prompt":"one odd"}
{"id":"b","prompt":"two"}
{"id":"c","prompt":"three never"}
{"id":"d","prompt":"one odd"}
`

// An answer that does not pass the check is paid for, and asked for again in the next batch, within the bound.
func TestViaBatchAsksAgain(t *testing.T) {
	for _, order := range bothOrders {
		inDepot(t, sim.Batches{Delay: time.Minute}, func(d *depot) {
			d.change = func(cfg *bulk.JobConfig) { pleading(cfg); cfg.Order = order }
			sum := d.run(d.Context(), odd)
			if diff := cmp.Diff([]string{"a ONE ODD PLEASE", "b TWO", "d ONE ODD PLEASE"}, d.results()); diff != "" {
				d.Errorf("%s (-want +got):\n%s", order, diff)
			}
			if n := []int{len(d.submitted[0]), len(d.submitted[1]), len(d.submitted[2])}; !cmp.Equal(n, []int{3, 2, 1}) || len(d.submitted) != 3 {
				d.Errorf("%s: submitted %v", order, d.submitted)
			}
			if sum.Answered != 3 || sum.Copied != 1 || sum.Failed != 1 || sum.Costs[0].Calls != 6 || sum.Spent != d.bill || sum.Presumed != 0 {
				d.Errorf("%s: the provider charged %v: %+v", order, d.bill, sum.Snapshot)
			}
			failures := (&desk{t: d.T, output: d.output}).failures()
			for _, want := range []string{`"id":"c"`, `"code":"check_failed"`, "of 3 the last: ask nicely", `"content":"THREE NEVER PLEASE"`} {
				if !strings.Contains(failures, want) {
					d.Errorf("%s: the failures do not say %s:\n%s", order, want, failures)
				}
			}
		})
	}
}

// An answer that did not pass is paid for, and where the budget has nothing for another its item is left for another run.
func TestViaBatchCanNotPayForAnotherTry(t *testing.T) {
	inDepot(t, sim.Batches{}, func(d *depot) {
		input := `{"id":"a","prompt":"one odd","max_tokens":900}` + "\n"
		d.change, d.cap = pleading, request.USD(0.00043) // little more than the worst case of the first
		sum := d.run(d.Context(), input)
		if !request.IsBudget(sum.Stopped) || sum.Left != 1 || sum.Spent == 0 || sum.Spent != d.bill || len(d.results()) != 0 {
			d.Fatalf("the provider charged %v: %+v", d.bill, sum)
		}
		d.cap = request.USD(1)
		sum = d.run(d.Context(), input)
		if sum.Answered != 1 || sum.Costs[0].Calls != 3 || sum.Costs[0].Spent != d.bill || len(sum.Unknown) != 0 {
			d.Errorf("with a higher budget: %+v", sum)
		}
	})
}
