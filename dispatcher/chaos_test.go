package dispatcher_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// stormy is a simulator in which three of ten requests fail, in all ways, and limits change.
func stormy(t *testing.T, seed uint64, billed func(sim.Bill)) *sim.Sim {
	t.Helper()
	faults := []sim.Fault{
		{Kind: sim.FaultStatus, Status: 500}, {Kind: sim.FaultStatus, Status: 503, RetryAfter: 2 * time.Second},
		{Kind: sim.FaultStatus, Status: 429, RetryAfter: time.Second}, {Kind: sim.FaultReset}, {Kind: sim.FaultCut, After: 1},
		{Kind: sim.FaultStall, Delay: 3 * time.Second, After: 1}, {Kind: sim.FaultMalformed, After: 1},
		{Kind: sim.FaultErrorEvent, Status: 500}, {Kind: sim.FaultStatus, Status: 400}, {Kind: sim.FaultStatus, Status: 529},
	}
	for i := range faults {
		faults[i].Probability = 0.03
	}
	s, err := sim.New(sim.Config{
		Billed: billed, Seed: seed, Faults: faults, TTFT: sim.Uniform(0.1, 1), TokensPerSecond: sim.Constant(50), OutputTokens: sim.Uniform(5, 60),
		Limits: sim.Limits{RPM: 3000, TPM: 300_000, Changes: []sim.Change{
			{After: 30 * time.Second, RPM: 1500, TPM: 100_000}, {After: 90 * time.Second, RPM: 6000, TPM: 600_000},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// storm is a dispatcher over three of them.
func storm(t *testing.T, sims []*sim.Sim, seen *sightings, l *ledger.Ledger) *dispatcher.Dispatcher {
	t.Helper()
	cfg := dispatcher.Config{
		Hooks: dispatcher.Hooks{seen}, Seed: 1, RetryShare: -1, Health: policy.HealthConfig{Pause: time.Second, MaxPause: 5 * time.Second},
		Ledger: l, Order: policy.LeastBusy(), Tenants: map[string]float64{tenantOf(1): 3},
		Worst: func(*dispatcher.Target, *request.Request) (request.Money, error) { return worstBill, nil },
		Price: func(_ *dispatcher.Target, _ *request.Request, r *request.Response) (request.Money, bool) {
			return price(r.Usage.PromptTokens(), r.Usage.OutputTokens), r.Usage.Reported
		},
	}
	for i, s := range sims {
		cfg.Targets = append(cfg.Targets, dispatcher.Target{Name: fmt.Sprint(i), Client: simulated(t, s), Provider: fmt.Sprint("p", i)})
	}
	return open(t, cfg)
}

// sightings is a hook that counts attempts that were sent, and requests.
type sightings struct{ sent, resolved atomic.Int64 }

func (s *sightings) Attempted(_ context.Context, _ string, _ *request.Attempt, e *request.Error) {
	if e == nil || e.MaybeBilled || e.Status != 0 {
		s.sent.Add(1)
	}
}

func (s *sightings) Resolved(_ context.Context, r dispatcher.Resolution) { s.resolved.Add(1) }

// chaosRequests is how many requests the chaos has. LLMGATE_CHAOS=20000 go test ./dispatcher -race -run TestChaos -v
func chaosRequests(t *testing.T) int {
	t.Helper()
	text := cmp.Or(os.Getenv("LLMGATE_CHAOS"), "6000")
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("LLMGATE_CHAOS: %v", err)
	}
	return n
}

func TestChaos(t *testing.T) {
	each := chaosRequests(t) / 3
	synctest.Test(t, func(t *testing.T) {
		bills := newBills()
		sims := []*sim.Sim{stormy(t, 1, bills.add), stormy(t, 2, bills.add), stormy(t, 3, bills.add)}
		seen, l := new(sightings), strained(t, 3*each)
		ends := l.Subscribe(30*each, ledger.Settled, ledger.Presumed, ledger.Released, ledger.Overrun)
		d := storm(t, sims, seen, l)
		var all sync.WaitGroup
		var resolved atomic.Int64
		all.Go(func() { resolved.Add(int64(runAll(t, d, each))) })
		for i := range 2 * each {
			chance := rand.New(rand.NewPCG(7, uint64(i)))
			all.Go(func() {
				time.Sleep(time.Duration(chance.IntN(30*each)) * time.Millisecond)
				if i < each {
					submitOne(t, d, i, chance)
				} else {
					streamOne(t, d, i, chance)
				}
				resolved.Add(1)
			})
		}
		all.Wait()
		if resolved.Load() != int64(3*each) || seen.resolved.Load() != int64(3*each) {
			t.Errorf("%d resolved, the hook saw %d; want %d", resolved.Load(), seen.resolved.Load(), 3*each)
		}
		checkPlaces(t, d, sims, seen)
		bills.check(t, l, ends)
	})
}

// orderOf is a request of the chaos: of one of its tenants, its money under the name of its text.
func orderOf(i int, text string) (request.Request, *dispatcher.Journal) {
	req := question(text)
	req.Tenant, req.Priority = tenantOf(i), i%3
	return req, &dispatcher.Journal{Item: text}
}

func runAll(t *testing.T, d *dispatcher.Dispatcher, n int) (resolved int) {
	jobs := func(yield func(dispatcher.Job) bool) {
		for i := range n {
			req, journal := orderOf(i, fmt.Sprint("run ", i))
			if !yield(dispatcher.Job{Request: req, Journal: journal}) {
				return
			}
		}
	}
	had := make([]bool, n)
	for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 200}) {
		if had[r.Index] || (r.Response == nil) == (r.Err == nil) {
			t.Errorf("job %d: twice %v, %v, %v", r.Index, had[r.Index], r.Response, r.Err)
		}
		had[r.Index] = true
		resolved++
	}
	return resolved
}

func submitOne(t *testing.T, d *dispatcher.Dispatcher, i int, chance *rand.Rand) {
	req, journal := orderOf(i, fmt.Sprint("submitted ", i))
	h := d.Submit(dispatcher.WithJournal(t.Context(), journal), req)
	if chance.IntN(4) == 0 {
		time.Sleep(time.Duration(chance.IntN(3000)) * time.Millisecond)
		h.Cancel()
	}
	resp, err := h.Result()
	if (resp == nil) == (err == nil) {
		t.Errorf("handle %d: %v, %v", i, resp, err)
	}
}

func streamOne(t *testing.T, d *dispatcher.Dispatcher, i int, chance *rand.Rand) {
	req, journal := orderOf(i, fmt.Sprint("streamed ", i))
	ctx, cancel := context.WithTimeout(dispatcher.WithJournal(t.Context(), journal), time.Duration(1+chance.IntN(60))*time.Second)
	defer cancel()
	leave, ended := chance.IntN(8), false
	for chunk, err := range d.Stream(ctx, req) {
		if ended {
			t.Errorf("stream %d goes on after its end", i)
		}
		if ended = chunk.Response != nil || err != nil; ended && err != nil && errors.Is(err, dispatcher.ErrStopped) {
			t.Errorf("stream %d: %v", i, err)
		}
		if leave--; leave == 0 {
			return
		}
	}
	if !ended {
		t.Errorf("stream %d ended without an end", i)
	}
}

// checkPlaces finds nothing in flight any more, and every request that was sent.
func checkPlaces(t *testing.T, d *dispatcher.Dispatcher, sims []*sim.Sim, seen *sightings) {
	t.Helper()
	var requests int64
	for i, s := range sims {
		stats, target := s.Stats(), d.Stats().Targets[i]
		requests += stats.Requests
		if stats.InFlight != 0 || target.InFlight != 0 || target.Lane.InFlight != 0 || target.Lane.Queued != 0 {
			t.Errorf("target %d: %d in flight there, here %+v", i, stats.InFlight, target)
		}
	}
	if seen.sent.Load() != requests {
		t.Errorf("%d attempts were sent, the simulators had %d requests", seen.sent.Load(), requests)
	}
}
