package dispatcher_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// admissions tells when an attempt has been let through.
type admissions chan time.Time

func (a admissions) Admitted(context.Context, string, time.Duration) { a <- time.Now() }

// The time from when a call is canceled that waits for its provider, over HTTP, until the one behind it has its place.
func BenchmarkCancel(b *testing.B) {
	root, admitted := yardstick.Start(b), make(admissions, 1)
	client, err := openai.New(openai.Config{APIKey: "sk-benchmark", BaseURL: root + "/held/v1", Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	d := accounted(b, client, func(cfg *dispatcher.Config) {
		cfg.Targets[0].MaxInFlight, cfg.Hooks = 1, dispatcher.Hooks{admitted}
	})
	under := d.Submit(b.Context(), yardstick.Request(pricedModel))
	<-admitted
	var took []time.Duration
	for range b.N {
		next := d.Submit(b.Context(), yardstick.Request(pricedModel))
		for d.Stats().Targets[0].Lane.Queued == 0 {
			time.Sleep(100 * time.Microsecond)
		}
		start := time.Now()
		under.Cancel()
		took = append(took, (<-admitted).Sub(start))
		if _, err := under.Result(); !errors.Is(err, request.ErrCanceled) {
			b.Fatal(err)
		}
		under = next
	}
	under.Cancel()
	slices.Sort(took)
	b.ReportMetric(0, "ns/op") // most of it is waiting for the next one to stand in line
	b.ReportMetric(took[len(took)/2].Seconds()*1e6, "p50-µs")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1e6, "p99-µs")
	b.ReportMetric(took[len(took)-1].Seconds()*1e6, "max-µs")
}
