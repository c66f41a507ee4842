package lane

import (
	"container/heap"
)

// queue shares the lane between tenants by start-time fair queueing: each tenant has a virtual time that moves on by what it
// uses, divided by its weight, and who is furthest behind is next. A tenant that comes back from idleness starts at the time
// of the others: what it left unused was used by them and is not owed to it.
type queue struct {
	weights map[string]float64
	tenants map[string]*tenant
	many    int        // tenants are to be looked through
	active  tenantHeap // those that have requests waiting
	virtual float64    // of the tenant served last
	waiting int
	seq     uint64
}

type tenant struct {
	name    string
	weight  float64
	virtual float64
	place   int // among the active ones, -1 outside
	items   itemHeap
}

func newQueue(weights map[string]float64) *queue {
	return &queue{weights: weights, tenants: map[string]*tenant{}, many: fewTenants}
}

func (q *queue) push(p *Permit) {
	t := q.tenant(p.ticket.Tenant)
	p.tenant, p.seq = t, q.seq
	q.seq++
	q.waiting++
	heap.Push(&t.items, p)
	if t.place < 0 {
		t.virtual = max(t.virtual, q.virtual)
		heap.Push(&q.active, t)
	}
}

func (q *queue) tenant(name string) *tenant {
	t := q.tenants[name]
	if t == nil {
		q.forget()
		t = &tenant{name: name, weight: 1, virtual: q.virtual, place: -1}
		if w, ok := q.weights[name]; ok {
			t.weight = w
		}
		q.tenants[name] = t
	}
	return t
}

// fewTenants are kept without looking whether they are still needed.
const fewTenants = 64

// forget drops the idle tenants that would start afresh at the same virtual time. It looks only after their number has doubled.
func (q *queue) forget() {
	if len(q.tenants) < q.many {
		return
	}
	for name, t := range q.tenants {
		if t.place < 0 && t.virtual <= q.virtual {
			delete(q.tenants, name)
		}
	}
	q.many = fewTenants + 2*len(q.tenants)
}

// head is the next in turn, nil if nobody waits.
func (q *queue) head() *Permit {
	if len(q.active) == 0 {
		return nil
	}
	return q.active[0].items[0]
}

// all has those that wait and are chosen.
func (q *queue) all(choose func(*Permit) bool) (chosen []*Permit) {
	for _, t := range q.active {
		for _, p := range t.items {
			if choose(p) {
				chosen = append(chosen, p)
			}
		}
	}
	return chosen
}

// remove takes one out, wherever it stands.
func (q *queue) remove(p *Permit) {
	t := p.tenant
	heap.Remove(&t.items, p.place)
	q.waiting--
	if len(t.items) == 0 {
		heap.Remove(&q.active, t.place)
	}
}

// serve takes one out and charges its tenant.
func (q *queue) serve(p *Permit) {
	q.virtual = max(q.virtual, p.tenant.virtual)
	q.remove(p)
	q.charge(p, p.ticket.InputTokens+p.ticket.MaxOutputTokens)
	if len(q.active) == 0 { // nobody was kept waiting by it
		q.virtual = max(q.virtual, p.tenant.virtual)
	}
}

// pass is push and serve at once, of a request that comes while nobody waits.
func (q *queue) pass(p *Permit) {
	p.tenant, p.seq = q.tenant(p.ticket.Tenant), q.seq
	q.seq++
	p.tenant.virtual = max(p.tenant.virtual, q.virtual)
	q.charge(p, p.ticket.InputTokens+p.ticket.MaxOutputTokens)
	q.virtual = max(q.virtual, p.tenant.virtual)
}

// charge sets what a request weighs against its tenant.
func (q *queue) charge(p *Permit, tokens int) {
	t, tokens := p.tenant, max(1, tokens)
	t.virtual += float64(tokens-p.weighs) / t.weight
	p.weighs = tokens
	if t.place >= 0 {
		heap.Fix(&q.active, t.place)
	}
}

// tenantHeap has the tenant that is furthest behind on top.
type tenantHeap []*tenant

func (h tenantHeap) Len() int           { return len(h) }
func (h tenantHeap) Less(i, j int) bool { return h[i].virtual < h[j].virtual }
func (h tenantHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *tenantHeap) Push(x any) {
	t := x.(*tenant)
	t.place = len(*h)
	*h = append(*h, t)
}

func (h *tenantHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.place = -1
	return t
}

// itemHeap has a tenant's requests, the highest priority on top and the oldest request among equals.
type itemHeap []*Permit

func (h itemHeap) Len() int { return len(h) }
func (h itemHeap) Less(i, j int) bool {
	if a, b := h[i].ticket.Priority, h[j].ticket.Priority; a != b {
		return a > b
	}
	if a, b := h[i].ticket.Since, h[j].ticket.Since; !a.Equal(b) {
		return a.Before(b)
	}
	return h[i].seq < h[j].seq
}

func (h itemHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *itemHeap) Push(x any) {
	p := x.(*Permit)
	p.place = len(*h)
	*h = append(*h, p)
}

func (h *itemHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return p
}

// dueHeap has the requests with a deadline, the earliest on top.
type dueHeap []*Permit

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].ticket.Deadline.Before(h[j].ticket.Deadline) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].due, h[j].due = i, j
}

func (h *dueHeap) Push(x any) {
	p := x.(*Permit)
	p.due = len(*h)
	*h = append(*h, p)
}

func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	p.due = -1
	return p
}
