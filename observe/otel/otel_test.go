package otel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/observe/otel"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scene is an observer whose spans and metrics are kept.
type scene struct {
	*otel.Observer
	spans   *tracetest.SpanRecorder
	tracer  *trace.TracerProvider
	metrics *metric.ManualReader
}

func stage(t *testing.T, content bool) scene {
	t.Helper()
	s := scene{spans: tracetest.NewSpanRecorder(), metrics: metric.NewManualReader()}
	s.tracer = trace.NewTracerProvider(trace.WithSpanProcessor(s.spans))
	var err error
	s.Observer, err = otel.New(otel.Config{
		TracerProvider: s.tracer, MeterProvider: metric.NewMeterProvider(metric.WithReader(s.metrics)), Content: content,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// attributes of a span, as texts.
func attributes(list []attribute.KeyValue) map[string]string {
	all := map[string]string{}
	for _, kv := range list {
		all[string(kv.Key)] = kv.Value.Emit()
	}
	return all
}

// everything that was told, as one text.
func (s scene) everything(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, span := range s.spans.Ended() {
		fmt.Fprintln(&all, span.Name(), span.Status(), attributes(span.Attributes()), span.Events())
	}
	var m metricdata.ResourceMetrics
	if err := s.metrics.Collect(t.Context(), &m); err != nil {
		t.Fatal(err)
	}
	for _, scope := range m.ScopeMetrics {
		for _, one := range scope.Metrics {
			fmt.Fprintf(&all, "%s %s %+v\n", one.Name, one.Unit, one.Data)
		}
	}
	return all.String()
}

func over(t *testing.T, s scene, client request.Client) *dispatcher.Dispatcher {
	t.Helper()
	d, err := dispatcher.New(dispatcher.Config{
		Targets: []dispatcher.Target{{Name: "a", Client: client, Provider: "acme", Model: "m-1", Key: "label"}}, Hooks: dispatcher.Hooks{s.Observer}, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Abort)
	return d
}

func question() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "the question"}}, MaxTokens: 9, Temperature: new(0.5)}
}

func answer() fake.Reply {
	u := request.Usage{InputTokens: 10, CacheReadTokens: 4, OutputTokens: 3, Reported: true}
	u.SetCost(request.Cent)
	return fake.Reply{TTFT: 2 * time.Second, Latency: 2 * time.Second, Response: &request.Response{
		Content: "the answer", Parts: []request.Part{request.TextPart{Text: "the answer"}}, Provider: "acme", Model: "m-1-2026", ID: "x1", FinishReason: request.FinishStop, Usage: u,
	}}
}

// A request has a span, within the caller's, and each of its attempts one within that, with the times at which they were made.
func TestSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, false)
		failure := &request.Error{Class: request.ClassOverloaded, Status: 503, RetryAfter: 5 * time.Second, Message: "the secret sk-1234567890"}
		d := over(t, s, fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: failure, Latency: time.Second}, answer()}}}}))
		ctx, parent := s.tracer.Tracer("test").Start(t.Context(), "the caller's")
		start := time.Now()
		if _, err := d.Complete(ctx, question()); err != nil {
			t.Fatal(err)
		}
		parent.End()
		spans := s.spans.Ended()
		if len(spans) != 4 {
			t.Fatalf("%d spans, want 4", len(spans))
		}
		first, second, whole := spans[0], spans[1], spans[2]
		if whole.Parent().SpanID() != parent.SpanContext().SpanID() || first.Parent().SpanID() != whole.SpanContext().SpanID() || second.Parent().SpanID() != whole.SpanContext().SpanID() {
			t.Error("spans do not stand within each other")
		}
		if whole.StartTime() != start || whole.EndTime().Sub(start) < 8*time.Second || first.EndTime().Sub(first.StartTime()) != time.Second || second.EndTime().Sub(second.StartTime()) != 2*time.Second {
			t.Errorf("times: whole %v–%v, first %v–%v", whole.StartTime(), whole.EndTime(), first.StartTime(), first.EndTime())
		}
		if first.Status().Code != codes.Error || second.Status().Code != codes.Unset || whole.Status().Code != codes.Unset {
			t.Errorf("status: %v, %v, %v", first.Status(), second.Status(), whole.Status())
		}
		want := map[string]string{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m-1", "gen_ai.request.max_tokens": "9",
			"gen_ai.request.temperature": "0.5", "gen_ai.response.model": "m-1-2026", "gen_ai.response.id": "x1", "gen_ai.response.finish_reasons": `["stop"]`,
			"gen_ai.usage.input_tokens": "14", "gen_ai.usage.output_tokens": "3", "gen_ai.usage.cache_read.input_tokens": "4",
			"llmgate.attempts": "2", "llmgate.cost_usd": "0.01",
		}
		if d := cmp.Diff(want, attributes(whole.Attributes())); d != "" {
			t.Errorf("request (-want +got):\n%s", d)
		}
		got := attributes(first.Attributes())
		if got["error.type"] != "overloaded" || got["llmgate.key"] != "label" || got["llmgate.waited_seconds"] != "0" {
			t.Errorf("attempt: %v", got)
		}
		all := s.everything(t)
		for _, hidden := range []string{"the question", "the answer", "sk-1234567890"} {
			if strings.Contains(all, hidden) {
				t.Errorf("shows %q in\n%s", hidden, all)
			}
		}
	})
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, false)
		d := over(t, s, fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{answer()}}}}))
		if _, err := request.Collect(d.Stream(t.Context(), question())); err != nil {
			t.Fatal(err)
		}
		s.Changed(router.Change{Target: "a", To: router.Resting})
		var m metricdata.ResourceMetrics
		if err := s.metrics.Collect(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, one := range m.ScopeMetrics[0].Metrics {
			got[one.Name+" "+one.Unit] = points(one.Data)
		}
		want := map[string]string{
			"gen_ai.client.operation.duration s":            "1×2",
			"gen_ai.client.operation.time_to_first_chunk s": "1×2",
			"gen_ai.client.token.usage {token}":             "1×14 1×3",
			"llmgate.attempts {attempt}":                    "1",
			"llmgate.cost USD":                              "0.01",
			"llmgate.target.changes {change}":               "1",
			"llmgate.wait.duration s":                       "1×0",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// points writes counts and sums.
func points(data metricdata.Aggregation) string {
	var list []string
	switch data := data.(type) {
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprintf("%d×%v", p.Count, p.Sum))
		}
	case metricdata.Histogram[int64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprintf("%d×%v", p.Count, p.Sum))
		}
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprint(p.Value))
		}
	case metricdata.Sum[float64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprint(p.Value))
		}
	}
	slices.Sort(list) // the order of points is open
	return strings.Join(list, " ")
}

func TestContentIfAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, true)
		d := over(t, s, fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{answer()}}}}))
		if _, err := d.Complete(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		got := attributes(s.spans.Ended()[1].Attributes())
		if want := `[{"role":"user","parts":[{"type":"text","content":"the question"}]}]`; got["gen_ai.input.messages"] != want {
			t.Errorf("asked %s", got["gen_ai.input.messages"])
		}
		if want := `[{"role":"assistant","parts":[{"type":"text","content":"the answer"}],"finish_reason":"stop"}]`; got["gen_ai.output.messages"] != want {
			t.Errorf("answered %s", got["gen_ai.output.messages"])
		}
	})
}

// Every end has a span: an answer, a failure, a stream that was left, a panic.
func TestEveryEndHasASpan(t *testing.T) {
	quick := answer()
	quick.TTFT, quick.Latency = 0, 0
	broken := &request.Error{Class: request.ClassInvalid, Provider: "acme", Model: "m-1"}
	for want, test := range map[string]struct {
		reply fake.Reply
		do    func(request.Client)
	}{
		"":        {quick, func(c request.Client) { _, _ = c.Complete(context.Background(), question()) }},
		"invalid": {fake.Reply{Err: broken}, func(c request.Client) { _, _ = c.Complete(context.Background(), question()) }},
		"unknown": {fake.Reply{Err: errors.New("odd")}, func(c request.Client) { _, _ = request.Collect(c.Stream(context.Background(), question())) }},
		"canceled": {quick, func(c request.Client) {
			for range c.Stream(context.Background(), question()) {
				break
			}
		}},
	} {
		s := stage(t, false)
		test.do(s.Middleware(fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{test.reply}}}})))
		spans := s.spans.Ended()
		if len(spans) != 1 || attributes(spans[0].Attributes())["error.type"] != want {
			t.Errorf("%q: %d spans: %v", want, len(spans), s.everything(t))
		}
	}
	s := stage(t, false)
	func() {
		defer func() { _ = recover() }()
		_, _ = s.Middleware(panics{}).Complete(context.Background(), question())
	}()
	if len(s.spans.Ended()) != 1 {
		t.Error("no span after a panic")
	}
}

type panics struct{ request.Client }

func (panics) Complete(context.Context, request.Request) (*request.Response, error) { panic("oh") }

func BenchmarkResolved(b *testing.B) {
	o, err := otel.New(otel.Config{TracerProvider: trace.NewTracerProvider(), MeterProvider: metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))})
	if err != nil {
		b.Fatal(err)
	}
	r := dispatcher.Resolution{Request: question(), Response: answer().Response, Latency: time.Second}
	r.Response.Attempts = []request.Attempt{{Provider: "acme", Model: "m-1"}}
	b.ReportAllocs()
	for b.Loop() {
		o.Resolved(b.Context(), r)
	}
}
