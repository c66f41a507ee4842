package llmgate

import (
	"slices"
	"sync"

	"github.com/seed63918563/llmgate/pricing"
)

// demo is the simulator's model that imitates none. It is known to cost nothing, so that budgets let it pass. It hides behind an
// alias, for a vendor with models of its own would no longer answer for those of others, as "sim/openai/gpt-5-mini" does.
var demo = sync.OnceValues(func() (*pricing.Table, error) {
	return pricing.Parse("[simulated]\ndemo 1000000 1000000 ? - usd=0,0,0,0,0,0,0,0,0,0 batch=0,0,0,0,0,0,0,0,0,0\n[sim]\ndemo = simulated/demo\n")
})

// prices is the table with an entry for the demo, if that is to answer and the table has none.
func (c *Config) prices() *pricing.Table {
	asked := slices.Contains(c.Models, "sim/demo") || slices.ContainsFunc(c.Targets, func(t Target) bool { return t.Model == "sim/demo" })
	if !asked {
		return c.Prices
	}
	table := c.Prices
	if table == nil {
		table = pricing.Builtin()
	}
	free, err := demo()
	if _, known := table.Lookup("sim", "demo"); known || err != nil {
		return table
	}
	return table.With(free)
}
