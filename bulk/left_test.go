package bulk_test

import (
	"testing"

	"github.com/seed63918563/llmgate/bulk"
)

// What a change of the input or of the form changes in an output is no damage, and nobody is told that something was put right.
func TestOrdinaryChangesAreNoDamage(t *testing.T) {
	const bad, fourth = `{"id":"bad","prompt":7}` + "\n", `{"id":"d","prompt":"four"}` + "\n"
	for name, change := range map[string]func(d *desk){
		"an item goes":        func(d *desk) { d.input = fourth },
		"an item comes first": func(d *desk) { d.input = `{"id":"e","prompt":"five"}` + "\n" + d.input },
		"an item is changed":  func(d *desk) { d.input = `{"id":"d","prompt":"other"}` + "\n" + three },
		"a failure goes":      func(d *desk) { d.input = fourth + three },
		"failures again":      func(d *desk) { d.cfg.RetryFailed = true },
		"another form":        func(d *desk) { d.cfg.Format = bulk.CSV },
		"another order": func(d *desk) {
			d.cfg.Order = map[bulk.Order]bulk.Order{bulk.Completion: bulk.Input, bulk.Input: bulk.Completion}[d.cfg.Order]
		},
	} {
		for _, order := range bothOrders {
			t.Run(name+" in order of "+string(order), func(t *testing.T) {
				d := newDesk(t, fourth+bad+three)
				d.cfg.Order, d.cfg.Concurrency = order, 1
				d.must()
				change(d)
				for range 2 {
					if sum := d.must(); sum.Repaired != nil {
						t.Errorf("put right: %v; the output holds %q", sum.Repaired, d.results())
					}
				}
			})
		}
	}
}
