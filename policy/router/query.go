package router

import (
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// query is what an Order may look at, about one call at a time. It is used again for others.
type query struct {
	policy.Query
	call *call
}

func (r *Router) newQuery() any {
	q := &query{Query: policy.Query{Targets: make([]policy.Target, len(r.targets))}}
	q.Prompt = func() int { return tokens.Request(&q.call.req) }
	q.Cost = func(i int) (request.Money, bool) { return q.call.cost(r.targets[i]) }
	return q
}

// ask makes a query about a call; asked gives it back.
func (r *Router) ask(c *call) *query {
	q := r.queries.Get().(*query)
	q.call, q.Request, q.Turn, q.Rand = c, &c.req, c.turn, c.rand()
	r.mu.Lock()
	for i, t := range r.targets {
		q.Targets[i] = t.view(c.model)
	}
	r.mu.Unlock()
	for i, t := range r.targets { // without the lock: it may ask the client
		q.Targets[i].Can = t.capabilities(c.model)
	}
	return q
}

func (r *Router) asked(q *query) {
	q.call, q.Request, q.Rand = nil, nil, nil
	r.queries.Put(q)
}
