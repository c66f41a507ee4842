package dispatcher_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// A call that is canceled while its provider thinks, or while it streams, gives up its place at that very moment, over a
// provider's client as well.
func TestACanceledCallIsGoneAtOnce(t *testing.T) {
	complete := func(ctx context.Context, d *dispatcher.Dispatcher) error {
		_, err := d.Complete(ctx, question("?"))
		return err
	}
	stream := func(ctx context.Context, d *dispatcher.Dispatcher) error {
		_, err := request.Collect(d.Stream(ctx, question("?")))
		return err
	}
	for name, test := range map[string]struct {
		provider sim.Config
		call     func(context.Context, *dispatcher.Dispatcher) error
	}{
		"while the provider thinks":       {sim.Config{TTFT: sim.Constant(60)}, complete},
		"before the first piece":          {sim.Config{TTFT: sim.Constant(60)}, stream},
		"in the middle of a stream":       {sim.Config{TokensPerSecond: sim.Constant(1)}, stream},
		"in the middle of a whole answer": {sim.Config{Script: []sim.Fault{{Kind: sim.FaultStall}}}, complete},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := sim.New(test.provider)
				if err != nil {
					t.Fatal(err)
				}
				d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: simulated(t, s), MaxInFlight: 1}}})
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- test.call(ctx, d) }()
				time.Sleep(3 * time.Second)
				next := d.Submit(t.Context(), question("next"))
				synctest.Wait()
				if l := d.Stats().Targets[0].Lane; l.InFlight != 1 || l.Queued != 1 {
					t.Fatalf("%d in flight, %d wait", l.InFlight, l.Queued)
				}
				canceled := time.Now()
				cancel()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("ended with %v", err)
				}
				synctest.Wait()
				if l := d.Stats().Targets[0].Lane; l.Admitted != 2 || l.Queued != 0 || !time.Now().Equal(canceled) {
					t.Errorf("after %v %d were admitted, %d wait", time.Since(canceled), l.Admitted, l.Queued)
				}
				next.Cancel()
				_, _ = next.Result()
			})
		})
	}
}
