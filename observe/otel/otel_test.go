package otel_test

import (
	"context"
	"fmt"
	"iter"
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
	kind "go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/observe/otel"
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
		all[string(kv.Key)] = kv.Value.String()
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
		Targets: []dispatcher.Target{{Name: "a", Client: client, Provider: "mistral", Model: "m-1", Key: "label"}}, Hooks: dispatcher.Hooks{s.Observer}, Seed: 1,
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
		Content: "the answer", Parts: []request.Part{request.TextPart{Text: "the answer"}}, Provider: "mistral", Model: "m-1-2026", ID: "x1", FinishReason: request.FinishStop, Usage: u,
	}}
}

// told is a span's attributes, status and events.
type told struct {
	Attributes map[string]string
	Status     codes.Code
	Events     map[string]time.Duration // since the start of the scene
}

func tell(span trace.ReadOnlySpan, start time.Time) told {
	events := map[string]time.Duration{}
	for _, e := range span.Events() {
		events[e.Name] = e.Time.Sub(start)
	}
	return told{attributes(span.Attributes()), span.Status().Code, events}
}

// A request has a span, within the caller's, and each of its attempts one within that, with the times at which they were made.
func TestSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, false)
		failure := &request.Error{Class: request.ClassOverloaded, Status: 503, RetryAfter: 5 * time.Second, Message: "the secret sk-1234567890"}
		d := over(t, s, fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: failure, Latency: time.Second, TTFT: time.Second}, answer()}}}}))
		ctx, parent := s.tracer.Tracer("test").Start(t.Context(), "the caller's")
		start := time.Now()
		if _, err := request.Collect(d.Stream(ctx, question())); err != nil {
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
		began := second.StartTime()
		if whole.StartTime() != start || whole.EndTime() != second.EndTime() || first.EndTime().Sub(start) != time.Second || second.EndTime().Sub(began) != 2*time.Second {
			t.Errorf("times: whole %v–%v, first –%v, second %v–%v", whole.StartTime(), whole.EndTime(), first.EndTime(), began, second.EndTime())
		}
		if whole.Name() != "chat m-1" || first.Name() != "attempt a" || whole.SpanKind() != kind.SpanKindClient || first.SpanKind() != kind.SpanKindInternal {
			t.Errorf("%s %q, %s %q", whole.SpanKind(), whole.Name(), first.SpanKind(), first.Name())
		}
		wait, heard := began.Sub(start)-time.Second, began.Sub(start)+2*time.Second
		want := []told{
			{map[string]string{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "mistral_ai", "gen_ai.request.model": "m-1", "gen_ai.request.max_tokens": "9",
				"gen_ai.request.temperature": "0.5", "gen_ai.request.stream": "true", "gen_ai.response.time_to_first_chunk": fmt.Sprint(heard.Seconds()),
				"gen_ai.response.model": "m-1-2026", "gen_ai.response.id": "x1", "gen_ai.response.finish_reasons": `["stop"]`,
				"gen_ai.usage.input_tokens": "14", "gen_ai.usage.output_tokens": "3", "gen_ai.usage.cache_read.input_tokens": "4",
				"llmgate.attempts": "2", "llmgate.cost_usd": "0.01",
			}, codes.Unset, map[string]time.Duration{"llmgate.admitted": began.Sub(start)}}, // the second admission
			{map[string]string{
				"llmgate.target": "a", "gen_ai.provider.name": "mistral_ai", "gen_ai.request.model": "m-1", "llmgate.key": "label", "llmgate.waited_seconds": "0",
				"error.type": "overloaded", "http.response.status_code": "503",
			}, codes.Error, map[string]time.Duration{}},
			{map[string]string{
				"llmgate.target": "a", "gen_ai.provider.name": "mistral_ai", "gen_ai.request.model": "m-1-2026", "llmgate.key": "label",
				"llmgate.waited_seconds": fmt.Sprint(wait.Seconds()), "llmgate.attempt.input_tokens": "14", "llmgate.attempt.output_tokens": "3", "llmgate.attempt.cost_usd": "0.01",
			}, codes.Unset, map[string]time.Duration{"llmgate.first_chunk": heard}},
		}
		if d := cmp.Diff(want, []told{tell(whole, start), tell(first, start), tell(second, start)}); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		s.hides(t, "the question", "the answer", "sk-1234567890")
	})
}

// hides checks that nothing that was told holds a text.
func (s scene) hides(t *testing.T, texts ...string) {
	t.Helper()
	all := s.everything(t)
	for _, text := range texts {
		if strings.Contains(all, text) {
			t.Errorf("shows %q in\n%s", text, all)
		}
	}
}

// A client is called within the span of the request, so that an instrumented transport's spans are its children.
func TestClientsAreCalledWithinTheSpan(t *testing.T) {
	s := stage(t, false)
	inner := asks(func(ctx context.Context) {
		_, span := s.tracer.Tracer("http").Start(ctx, "POST")
		span.End()
	})
	for name, client := range map[string]request.Client{"dispatcher": over(t, s, inner), "middleware": s.Middleware(inner)} {
		s.spans.Reset()
		if _, err := client.Complete(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		spans := s.spans.Ended()
		if post, whole := spans[0], spans[len(spans)-1]; post.Name() != "POST" || post.Parent().SpanID() != whole.SpanContext().SpanID() {
			t.Errorf("%s: %q is not within %q", name, post.Name(), whole.Name())
		}
	}
}

// asks is a client that does something while it is asked.
type asks func(ctx context.Context)

func (a asks) Complete(ctx context.Context, _ request.Request) (*request.Response, error) {
	a(ctx)
	return answer().Response, nil
}

func (a asks) Stream(ctx context.Context, _ request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		a(ctx)
		_ = yield(request.Chunk{Content: "the answer"}, nil) && yield(request.Chunk{Response: answer().Response}, nil)
	}
}

func (a asks) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, nil
}

func (a asks) Capabilities(string) request.Capabilities { return request.Capabilities{} }
