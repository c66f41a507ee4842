package policy_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// query asks about four targets that differ in everything.
func query() *policy.Query {
	return &policy.Query{
		Request: &request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello?"}}},
		Targets: []policy.Target{
			{Name: "a", InFlight: 4, Weight: 2, Latency: 30, TTFT: 1, PerToken: 3, Labels: map[string]string{"region": "eu"}},
			{Name: "b", InFlight: 1, Latency: 10, TTFT: 2, Labels: map[string]string{"region": "us"}},
			{Name: "c", InFlight: 1, TTFT: 3, PerToken: 1, Labels: map[string]string{"region": "eu"}},
			{Name: "d", InFlight: 8, Weight: 9, Latency: 10, TTFT: 4, PerToken: 2},
		},
		Rand: rand.New(rand.NewPCG(1, 2)),
		Cost: func(target int) (request.Money, bool) {
			return []request.Money{3, 0, 2, 2}[target], target != 1
		},
	}
}

func arrange(o policy.Order, q *policy.Query) []int { return o.Arrange(q, []int{0, 1, 2, 3}) }

func TestOrders(t *testing.T) {
	for name, c := range map[string]struct {
		order policy.Order
		edit  func(*policy.Query)
		want  []int
	}{
		"chain":                {policy.Chain(), nil, []int{0, 1, 2, 3}},
		"round robin, first":   {policy.RoundRobin(), nil, []int{0, 1, 2, 3}},
		"round robin, sixth":   {policy.RoundRobin(), func(q *policy.Query) { q.Turn = 5 }, []int{1, 2, 3, 0}},
		"round robin, late":    {policy.RoundRobin(), func(q *policy.Query) { q.Turn = 1<<64 - 1 }, []int{3, 0, 1, 2}},
		"least busy by weight": {policy.LeastBusy(), nil, []int{3, 1, 2, 0}},
		"latency":              {policy.LowestLatency(), nil, []int{2, 1, 3, 0}}, // c is not measured yet
		"first chunk":          {policy.LowestTTFT(), nil, []int{0, 1, 2, 3}},
		"per token":            {policy.LowestPerToken(), nil, []int{1, 2, 3, 0}},
		"cost":                 {policy.LowestCost(), nil, []int{2, 3, 0, 1}}, // b has no price
		"cost, most unknown": {policy.LowestCost(), func(q *policy.Query) {
			q.Cost = func(target int) (request.Money, bool) { return 9, target == 2 }
		}, []int{2, 0, 1, 3}},
		"cost, none known": {policy.LowestCost(), func(q *policy.Query) { q.Cost = nil }, []int{0, 1, 2, 3}},
		"label": {policy.ByLabel("region"), func(q *policy.Query) { q.Request.Labels = map[string]string{"region": "us"} },
			[]int{1, 0, 2, 3}},
		"label, not asked for":      {policy.ByLabel("region"), nil, []int{0, 1, 2, 3}},
		"label, empty on both":      {policy.ByLabel("tier"), func(q *policy.Query) { q.Request.Labels = map[string]string{"tier": "x"} }, []int{0, 1, 2, 3}},
		"sticky, no key":            {policy.Sticky(nil), nil, []int{0, 1, 2, 3}},
		"cheapest, then by label":   {policy.Sequence(policy.LowestCost(), policy.ByLabel("region")), func(q *policy.Query) { q.Request.Labels = map[string]string{"region": "eu"} }, []int{2, 0, 3, 1}},
		"the last one counts most":  {policy.Sequence(policy.LowestLatency(), policy.LowestCost()), nil, []int{2, 3, 0, 1}},
		"a sequence of none":        {policy.Sequence(), nil, []int{0, 1, 2, 3}},
		"a function":                {policy.OrderFunc(func(_ *policy.Query, c []int) []int { return c[:1] }), nil, []int{0}},
		"round robin, then latency": {policy.Sequence(policy.RoundRobin(), policy.LowestLatency()), func(q *policy.Query) { q.Turn = 3 }, []int{2, 3, 1, 0}},
	} {
		q := query()
		if c.edit != nil {
			c.edit(q)
		}
		if diff := cmp.Diff(c.want, arrange(c.order, q)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Orders need no candidates, and one is always first.
func TestOrdersOfFewCandidates(t *testing.T) {
	for name, o := range map[string]policy.Order{
		"chain": policy.Chain(), "round robin": policy.RoundRobin(), "weighted": policy.Weighted(), "least busy": policy.LeastBusy(),
		"latency": policy.LowestLatency(), "cost": policy.LowestCost(), "capable": policy.Capable(), "label": policy.ByLabel("region"),
		"sticky": policy.Sticky(func(*request.Request) string { return "key" }),
	} {
		q := query()
		if got := o.Arrange(q, nil); len(got) != 0 {
			t.Errorf("%s: of none came %v", name, got)
		}
		if got := o.Arrange(q, []int{2}); !cmp.Equal(got, []int{2}) {
			t.Errorf("%s: of one came %v", name, got)
		}
	}
}

func TestTheSameSeedGivesTheSameOrders(t *testing.T) {
	run := func(seed uint64) (all [][]int) {
		q := query()
		q.Rand = rand.New(rand.NewPCG(seed, 0))
		o := policy.Sequence(policy.RoundRobin(), policy.Weighted())
		for turn := range uint64(100) {
			q.Turn = turn
			all = append(all, arrange(o, q))
		}
		return all
	}
	if !cmp.Equal(run(7), run(7)) {
		t.Error("one seed gave two orders")
	}
	if cmp.Equal(run(7), run(8)) {
		t.Error("two seeds gave one order")
	}
}

// Each place is drawn by the weights of those that are left. 120,000 turns of one seed are counted, so that the counts are
// always the same; four standard deviations are about 700.
func TestWeightedDrawsByWeight(t *testing.T) {
	q := query()
	q.Targets = []policy.Target{{Name: "a", Weight: 3}, {Name: "b"}, {Name: "c", Weight: -5}, {Name: "d", Weight: 1}}
	first, second := [4]int{}, [4]int{}
	const turns = 120_000
	for range turns {
		got := arrange(policy.Weighted(), q)
		first[got[0]]++
		second[got[1]]++
	}
	for target, want := range []float64{3. / 6, 1. / 6, 1. / 6, 1. / 6} {
		near(t, "first", target, first[target], want*turns)
	}
	heavy := 1. / 2 * 3 / 5        // a light one is first, and a has 3 of the 5 that are left
	light := 1./2*1/3 + 2*1./6*1/5 // a is first, or one of the other two light ones
	for target, want := range []float64{heavy, light, light, light} {
		near(t, "second", target, second[target], want*turns)
	}
}

func near(t *testing.T, place string, target, got int, want float64) {
	t.Helper()
	if float64(got) < want-700 || float64(got) > want+700 {
		t.Errorf("target %d came %s %d times, not about %.0f", target, place, got, want)
	}
}

func TestMeasuredLatenciesAreDurations(t *testing.T) {
	q := query()
	q.Targets[0].Latency, q.Targets[1].Latency, q.Targets[2].Latency, q.Targets[3].Latency = time.Hour, time.Second, time.Minute, time.Millisecond
	if got := arrange(policy.LowestLatency(), q); !cmp.Equal(got, []int{3, 1, 2, 0}) {
		t.Errorf("got %v", got)
	}
}
