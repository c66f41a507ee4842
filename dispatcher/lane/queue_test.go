package lane

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/request"
)

// Two tenants with weights of 3 and 1 who both have more than enough share the tokens 3 to 1 in every ten seconds.
func TestWeights(t *testing.T) {
	b := newBench(Config{Weights: map[string]float64{"big": 3}, Limits: Limits{TPM: 600_000}, MaxInFlight: 1 << 20})
	rng := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		for _, tenant := range []string{"big", "small"} {
			b.ask(Ticket{Tenant: tenant, InputTokens: 50 + rng.IntN(400), MaxOutputTokens: 100})
		}
	}
	b.resolved = nil
	for span := range 12 { // a ceiling lets a minute's worth go at once, so that each span is one of its own
		b.pass(time.Minute)
		used := map[string]int{}
		for _, p := range b.resolved {
			used[p.ticket.Tenant] += p.cost[tokens]
		}
		b.resolved = nil
		if len(used) == 0 {
			break
		}
		if share := float64(used["big"]) / float64(used["small"]); math.Abs(share-3) > 0.15 {
			t.Errorf("span %d: %v, which is %.2f to 1", span, used, share)
		}
	}
}

// Behind a million of one tenant's requests, another's waits for one of them at most.
func TestInteractiveBehindBulk(t *testing.T) {
	b := newBench(Config{MaxInFlight: 1})
	running := b.ask(Ticket{Tenant: "bulk", InputTokens: 1000})
	bulk := 1_000_000
	if Race {
		bulk /= 10
	}
	for range bulk {
		b.ask(Ticket{Tenant: "bulk", InputTokens: 1000})
	}
	b.end(running, nil)
	running = b.resolved[len(b.resolved)-1]
	quick := b.ask(Ticket{Tenant: "interactive", InputTokens: 10})
	urgent := b.ask(Ticket{Tenant: "bulk", InputTokens: 10, Priority: 1})
	b.end(running, nil)
	if quick.state != admitted {
		t.Fatal("the other tenant's request was not next")
	}
	b.end(quick, nil)
	if urgent.state != admitted {
		t.Error("the request of higher priority was not next among its tenant's")
	}
}

// A share that nobody uses is used by the others, and is not owed to who comes back.
func TestIdleShare(t *testing.T) {
	b := newBench(Config{MaxInFlight: 1})
	first := b.ask(Ticket{Tenant: "other", InputTokens: 10})
	b.end(first, nil)
	running := b.ask(Ticket{Tenant: "busy", InputTokens: 10})
	for range 200 {
		b.ask(Ticket{Tenant: "busy", InputTokens: 10})
	}
	for range 100 {
		b.end(running, nil)
		running = b.resolved[len(b.resolved)-1]
	}
	for range 100 {
		b.ask(Ticket{Tenant: "other", InputTokens: 10})
	}
	got := map[string]int{}
	for range 50 {
		b.end(running, nil)
		running = b.resolved[len(b.resolved)-1]
		got[running.ticket.Tenant]++
	}
	if math.Abs(float64(got["busy"]-got["other"])) > 2 {
		t.Errorf("after its rest the other tenant got %v", got)
	}
}

// The queue, against one that looks at everybody each time.
func TestQueueOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue(nil)
		var all []*Permit
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "action") < 2 || len(all) == 0 {
				p := &Permit{ticket: Ticket{Tenant: fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "tenant")), Priority: rapid.IntRange(0, 2).Draw(t, "priority"), InputTokens: rapid.IntRange(1, 100).Draw(t, "in")}}
				p.ticket.Since = start.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "since")))
				q.push(p)
				all = append(all, p)
				continue
			}
			p := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
			if rapid.Bool().Draw(t, "serve") {
				if p = q.head(); !first(p, all) {
					t.Fatalf("%+v is at the head", p.ticket)
				}
				q.serve(p)
			} else {
				q.remove(p)
			}
			all = without(all, p)
		}
		if q.waiting != len(all) {
			t.Fatalf("%d wait, want %d", q.waiting, len(all))
		}
	})
}

// first: nobody of a tenant that is further behind waits, nor anybody of its own that is before it.
func first(p *Permit, all []*Permit) bool {
	for _, o := range all {
		switch {
		case o.tenant.virtual < p.tenant.virtual:
			return false
		case o.tenant != p.tenant:
		case o.ticket.Priority > p.ticket.Priority, o.ticket.Priority == p.ticket.Priority && older(o, p):
			return false
		}
	}
	return true
}

func older(o, p *Permit) bool {
	a, b := o.ticket.Since, p.ticket.Since
	return a.Before(b) || a.Equal(b) && o.seq < p.seq
}

func without(all []*Permit, p *Permit) (rest []*Permit) {
	for _, o := range all {
		if o != p {
			rest = append(rest, o)
		}
	}
	return rest
}

// Tenants that come once don't stay.
func TestTenantsAreForgotten(t *testing.T) {
	b := newBench(Config{})
	for i := range 10_000 {
		b.end(b.ask(Ticket{Tenant: fmt.Sprint(i), InputTokens: 10}), nil)
	}
	if n := len(b.queue.tenants); n > 2*fewTenants {
		t.Errorf("%d of 10000 tenants are still known", n)
	}
}

// A request that was refused and comes back is before those that came after it the first time.
func TestRetryKeepsItsPlace(t *testing.T) {
	b := newBench(Config{MaxInFlight: 1})
	retried := b.ask(Ticket{})
	b.pass(time.Second)
	others := []*Permit{b.ask(Ticket{}), b.ask(Ticket{})}
	b.end(retried, &request.Error{Class: request.ClassTransient})
	again := b.ask(Ticket{Since: retried.ticket.Since})
	b.end(others[0], nil)
	if again.state != admitted || others[1].state != waiting {
		t.Error("it went behind those that came later")
	}
}

// Who comes while nobody waits goes past the queue, which is to know no difference.
func TestPastTheQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := map[string]float64{"a": 3, "b": 0.5}
		past, through := newQueue(weights), newQueue(weights)
		for range rapid.IntRange(1, 50).Draw(t, "requests") {
			ticket := Ticket{Tenant: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "tenant"), InputTokens: rapid.IntRange(0, 500).Draw(t, "tokens")}
			p, q := &Permit{ticket: ticket}, &Permit{ticket: ticket}
			past.pass(p)
			through.push(q)
			through.serve(through.head())
			if used := rapid.IntRange(0, 500).Draw(t, "used"); used > 0 {
				past.charge(p, used)
				through.charge(q, used)
			}
			if past.virtual != through.virtual || p.tenant.virtual != q.tenant.virtual || p.seq != q.seq || p.weighs != q.weighs || p.tenant.place != -1 {
				t.Fatalf("past it %+v, through it %+v", p.tenant, q.tenant)
			}
		}
	})
}
