package budget

import (
	"cmp"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// useTable has the table answer what no function was given for.
func (c *Config) useTable() {
	if c.Worst == nil {
		c.Worst = tablePrices{c.Prices, c.Provider, c.AllowUnbounded}.worst
	}
	if c.Cost == nil {
		c.Cost = tablePrices{c.Prices, c.Provider, c.AllowUnbounded}.cost
	}
}

// tablePrices price requests and answers by a table; nil is the built-in one, which is not read before it is needed.
type tablePrices struct {
	table     *pricing.Table
	provider  string
	unbounded bool
}

func (p tablePrices) prices() *pricing.Table {
	if p.table == nil {
		return pricing.Builtin()
	}
	return p.table
}

// worst bounds the prompt by its bytes, so that nobody needs to be asked for its tokens.
func (p tablePrices) worst(r *request.Request) (request.Money, error) {
	guess := request.TokenCount{Estimated: true}
	q := p.prices().Estimate(p.provider, r.Model, r, guess, pricing.Service{At: time.Now()})
	worst, err := q.Bound()
	if p.unbounded && q.Priced {
		err = nil
	}
	return worst, err
}

// cost prices the model that answered, or the one that was asked if the table does not have it.
func (p tablePrices) cost(req *request.Request, resp *request.Response) (request.Money, bool) {
	served := pricing.Service{At: time.Now(), Tier: cmp.Or(resp.ServiceTier, req.ServiceTier)}
	for _, model := range []string{resp.Model, req.Model} {
		if cost, ok := p.prices().Cost(p.provider, model, &resp.Usage, served); ok {
			return cost, true
		}
	}
	return 0, false
}
