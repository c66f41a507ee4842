package otel_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/observe/otel"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// ends are the ways in which a request ends, by the class that its span has, with a reply that brings it about.
var ends = map[string]struct {
	reply fake.Reply
	do    func(request.Client)
}{
	"":        {fake.Reply{Text: "yes"}, complete},
	"invalid": {fake.Reply{Err: &request.Error{Class: request.ClassInvalid, Provider: "acme", Model: "m-1"}}, complete},
	"unknown": {fake.Reply{Err: errors.New("odd")}, complete},
	"canceled": {fake.Reply{Text: "a long answer"}, func(c request.Client) {
		for range c.Stream(context.Background(), question()) {
			break
		}
	}},
	"canceled by a loop that panics": {fake.Reply{Text: "a long answer"}, func(c request.Client) {
		defer func() { _ = recover() }()
		for range c.Stream(context.Background(), question()) {
			panic("oh")
		}
	}},
}

func complete(c request.Client) { _, _ = c.Complete(context.Background(), question()) }

// types are the error types of all spans, by their names, each once.
func (s scene) types() (list []string) {
	for _, span := range s.spans.Ended() {
		list = append(list, span.Name()+": "+attributes(span.Attributes())["error.type"])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Every end has a span, and every attempt; nothing that began is left open.
func TestEveryEndHasASpan(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { endsWell(t, name, end.reply, end.do) }) })
	}
}

func endsWell(t *testing.T, name string, reply fake.Reply, do func(request.Client)) {
	class, _, _ := strings.Cut(name, " ")
	client := func() request.Client {
		return fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{reply}}}})
	}
	s := stage(t, false)
	do(over(t, s, client()))
	if d := cmp.Diff([]string{"attempt a: " + class, "chat m-1: " + class}, s.types()); d != "" {
		t.Errorf("dispatcher (-want +got):\n%s", d)
	}
	s = stage(t, false)
	do(s.Middleware(client()))
	if spans := s.spans.Ended(); len(spans) != 1 || attributes(spans[0].Attributes())["error.type"] != class {
		t.Errorf("middleware: %q", s.types())
	}
	if begun, ended := len(s.spans.Started()), len(s.spans.Ended()); begun != ended {
		t.Errorf("%d spans begun, %d ended", begun, ended)
	}
}

func TestAClientThatPanicsHasASpan(t *testing.T) {
	s := stage(t, false)
	panics := asks(func(context.Context) { panic("oh") })
	for _, client := range []request.Client{over(t, s, panics), s.Middleware(panics)} {
		func() {
			defer func() { _ = recover() }()
			complete(client)
		}()
	}
	if d := cmp.Diff([]string{"attempt a: canceled", "chat m-1: canceled", "chat: canceled"}, s.types()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What an engine that is no dispatcher lists has spans as well.
func TestListedAttemptsHaveSpans(t *testing.T) {
	s := stage(t, false)
	resp := answer().Response
	resp.Attempts = []request.Attempt{{Provider: "acme", Model: "m-1", Class: request.ClassTransient}, {Provider: "acme", Model: "m-1-2026"}}
	client := s.Middleware(fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Response: resp}}}}}))
	complete(client)
	if d := cmp.Diff([]string{"attempt acme/m-1-2026: ", "attempt acme/m-1: transient", "chat m-1: "}, s.types()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What a cache answers has a span, but no attempt, and used nothing.
func TestACachedAnswer(t *testing.T) {
	s := stage(t, false)
	d, err := dispatcher.New(dispatcher.Config{
		Targets: []dispatcher.Target{{Name: "a", Client: asks(func(context.Context) {})}}, Cache: cache.New(cache.Config{}), Hooks: dispatcher.Hooks{s.Observer},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Abort()
	complete(d)
	s.spans.Reset()
	complete(d)
	spans := s.spans.Ended()
	if len(spans) != 1 || attributes(spans[0].Attributes())["llmgate.from_cache"] != "true" || attributes(spans[0].Attributes())["llmgate.attempts"] != "0" {
		t.Errorf("%q", s.everything(t))
	}
}

// Two observers of one dispatcher do not end each other's spans.
func TestTwoObservers(t *testing.T) {
	one, two := stage(t, false), stage(t, false)
	d, err := dispatcher.New(dispatcher.Config{
		Targets: []dispatcher.Target{{Name: "a", Client: asks(func(context.Context) {})}}, Hooks: dispatcher.Hooks{one.Observer, two.Observer},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Abort()
	complete(d)
	for _, s := range []scene{one, two} {
		if d := cmp.Diff([]string{"attempt a: ", "chat m-1-2026: "}, s.types()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

func BenchmarkComplete(b *testing.B) {
	o, err := otel.New(otel.Config{TracerProvider: trace.NewTracerProvider(), MeterProvider: metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))})
	if err != nil {
		b.Fatal(err)
	}
	for name, hooks := range map[string]dispatcher.Hooks{"bare": nil, "observed": {o}} {
		b.Run(name, func(b *testing.B) {
			d, err := dispatcher.New(dispatcher.Config{Targets: dispatcher.Clients(asks(func(context.Context) {})), Hooks: hooks})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Abort()
			b.ReportAllocs()
			for b.Loop() {
				complete(d)
			}
		})
	}
}
