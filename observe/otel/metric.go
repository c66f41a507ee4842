package otel

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/seed63918563/llmgate/request"
)

// meters are the instruments.
type meters struct {
	duration, firstChunk, wait metric.Float64Histogram
	tokens                     metric.Int64Histogram
	attempts, changes          metric.Int64Counter
	cost                       metric.Float64Counter
}

// The conventions' bounds of histograms.
var (
	seconds = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	counts  = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
)

func newMeters(m metric.Meter) (out meters, err error) {
	var faults [7]error
	inSeconds := metric.WithExplicitBucketBoundaries(seconds...)
	out.duration, faults[0] = m.Float64Histogram(nameDuration, metric.WithUnit("s"), inSeconds, metric.WithDescription("Time from a request to its result, waits included."))
	out.firstChunk, faults[1] = m.Float64Histogram(nameFirstChunk, metric.WithUnit("s"), inSeconds, metric.WithDescription("Time from a request to the first piece of its answer, of streams."))
	out.wait, faults[2] = m.Float64Histogram(nameWait, metric.WithUnit("s"), inSeconds, metric.WithDescription("Time that an attempt waited before it was sent."))
	out.tokens, faults[3] = m.Int64Histogram(nameTokens, metric.WithUnit("{token}"), metric.WithExplicitBucketBoundaries(counts...), metric.WithDescription("Tokens of a request."))
	out.attempts, faults[4] = m.Int64Counter(nameAttempts, metric.WithUnit("{attempt}"), metric.WithDescription("Attempts."))
	out.cost, faults[5] = m.Float64Counter(nameCost, metric.WithUnit("USD"), metric.WithDescription("Cost of attempts, as far as it is known."))
	out.changes, faults[6] = m.Int64Counter(nameChanges, metric.WithUnit("{change}"), metric.WithDescription("Changes of targets' states."))
	return out, errors.Join(faults[:]...)
}

// resolved counts a request. What a cache answered used nothing.
func (m *meters) resolved(ctx context.Context, v *resolved) {
	all := metric.WithAttributeSet(attribute.NewSet(v.common()...))
	m.duration.Record(ctx, v.Latency.Seconds(), all)
	if v.first > 0 {
		m.firstChunk.Record(ctx, v.first.Seconds(), all)
	}
	if r := v.Response; r != nil && r.Usage.TotalTokens() > 0 && !r.FromCache {
		m.tokens.Record(ctx, int64(r.Usage.PromptTokens()), all, metric.WithAttributes(keyTokenType.String("input")))
		m.tokens.Record(ctx, int64(r.Usage.OutputTokens), all, metric.WithAttributes(keyTokenType.String("output")))
	}
}

// attempted counts a try.
func (m *meters) attempted(ctx context.Context, target string, a *request.Attempt) {
	set := metric.WithAttributeSet(attribute.NewSet(where(target, a)...))
	m.attempts.Add(ctx, 1, set)
	m.wait.Record(ctx, a.Waited.Seconds(), set)
	if a.Usage.Priced {
		m.cost.Add(ctx, a.Usage.Cost.USD(), set)
	}
}
