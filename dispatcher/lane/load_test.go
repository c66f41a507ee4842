package lane_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// load is a number of callers that send one request after the other to a simulator through a lane, and a refused one again.
type load struct {
	lane    *lane.Lane
	client  request.Client
	sim     *sim.Sim
	callers int
	// prompt is the range of sizes in tokens, which callers know but for a tenth; bound is the most that a request says its
	// answer has.
	prompt [2]int
	bound  int
}

func newLoad(t testing.TB, limits sim.Limits, cfg lane.Config, change ...func(*sim.Config)) *load {
	t.Helper()
	sc := sim.Config{Limits: limits, TTFT: sim.Uniform(0.2, 1), TokensPerSecond: sim.Constant(200), OutputTokens: sim.Uniform(100, 300)}
	for _, f := range change {
		f(&sc)
	}
	s, err := sim.New(sc)
	if err != nil {
		t.Fatal(err)
	}
	client, err := openai.New(openai.Config{APIKey: "k", BaseURL: "http://sim.invalid/v1", Model: "demo", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return &load{lane: newLane(t, cfg), client: client, sim: s, callers: 128, prompt: [2]int{200, 600}, bound: 400}
}

// run keeps the callers busy until ctx ends.
func (l *load) run(ctx context.Context) {
	var callers sync.WaitGroup
	for i := range l.callers {
		callers.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			for n := 0; ctx.Err() == nil; n++ {
				l.ask(ctx, rng, fmt.Sprint(i, " ", n, " "))
			}
		})
	}
	callers.Wait()
}

// ask sends one request until it is answered.
func (l *load) ask(ctx context.Context, rng *rand.Rand, name string) {
	size := l.prompt[0] + rng.IntN(l.prompt[1]-l.prompt[0]+1)
	req := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: name + strings.Repeat("abcd", size)}}, MaxTokens: l.bound}
	guess := int(float64(size) * (0.9 + 0.2*rng.Float64()))
	for ctx.Err() == nil {
		p, err := l.lane.Acquire(ctx, lane.Ticket{InputTokens: guess, MaxOutputTokens: l.bound})
		if err != nil {
			return
		}
		resp, err := l.client.Complete(ctx, req)
		o := lane.Outcome{Sent: true, Err: request.AsError(err)}
		if resp != nil {
			o.Usage, o.Limits = resp.Usage, resp.Limits
		}
		p.Done(o)
		if err == nil {
			return
		}
	}
}

// span is what came of the time after the warm-up, by the simulator's books.
type span struct {
	// used is the share of the limit that binds, refused that of the requests that were.
	used, refused float64
}

// watch runs the load and measures the time between warm-up and end.
func (l *load) watch(t *testing.T, warmUp, end time.Duration) (s span, all sim.Stats) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { l.run(ctx) })
	time.Sleep(warmUp)
	before := l.sim.Stats()
	time.Sleep(end - warmUp)
	after := l.sim.Stats()
	cancel()
	running.Wait()
	l.lane.Abort()
	return spanOf(before, after), after
}

func spanOf(a, b sim.Stats) span {
	used := func(from, to float64) float64 {
		return (to*b.Elapsed.Seconds() - from*a.Elapsed.Seconds()) / (b.Elapsed - a.Elapsed).Seconds()
	}
	return span{
		used:    max(used(a.RequestUtilisation, b.RequestUtilisation), used(a.TokenUtilisation, b.TokenUtilisation)),
		refused: float64(b.RateLimited-a.RateLimited) / float64(b.Requests-a.Requests),
	}
}

func sampled() []sim.Shape {
	if lane.Race {
		return []sim.Shape{sim.Second}
	}
	return []sim.Shape{sim.Minute, sim.Second, sim.Fixed, sim.Sliding}
}

// The matrix through the Lane itself, goroutines, the wire and the simulator: a sample, for which TestMatrix stands.
func TestSample(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		for _, shape := range sampled() {
			t.Run(fmt.Sprintf("headers=%v/%s", !hidden, shape), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					limits := sim.Limits{RPM: 1250, TPM: 500_000, Shape: shape, HideHeaders: hidden}
					l := newLoad(t, limits, lane.Config{Seed: 1})
					got, _ := l.watch(t, 2*time.Minute, 4*time.Minute)
					least, most := 0.99, 0.005
					if hidden {
						least, most = 0.95, 0.01
					}
					if got.used < least || got.refused > most {
						t.Errorf("used %.2f %%, refused %.2f %%; want at least %.0f %% and at most %.1f %%", 100*got.used, 100*got.refused, 100*least, 100*most)
					}
				})
			})
		}
	}
}
