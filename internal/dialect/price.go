package dialect

import (
	"cmp"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Price puts its cost to an answer, if the table has a price for all of it. The model that answered counts, and the one asked for
// if the table does not have that. A cost that the provider reported stands.
func (c *Client) Price(resp *request.Response, req *request.Request, asked string) {
	c.price(resp, req, asked, false)
}

func (c *Client) price(resp *request.Response, req *request.Request, asked string, batched bool) {
	u := &resp.Usage
	if u.CostReported {
		return
	}
	models := c.models()
	m, ok := models.Lookup(c.cfg.Provider, resp.Model)
	if !ok && asked != resp.Model {
		m, ok = models.Lookup(c.cfg.Provider, asked)
	}
	if !ok {
		return
	}
	served := pricing.Service{At: time.Now(), Tier: cmp.Or(resp.ServiceTier, req.ServiceTier), Batch: batched}
	if cost, ok := m.Cost(u, served); ok {
		u.SetCost(cost)
	}
}
