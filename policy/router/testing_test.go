package router_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// open makes a router; tests end if it can't.
func open(t testing.TB, cfg router.Config) *router.Router {
	t.Helper()
	r, err := router.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// over makes a router over two clients, a and b, that changes nothing else of a configuration.
func over(t testing.TB, a, b request.Client, cfg router.Config) *router.Router {
	t.Helper()
	cfg.Targets = []router.Target{
		{Name: "a", Client: a, Provider: "first", Model: "m"}, {Name: "b", Client: b, Provider: "second", Model: "n"},
	}
	return open(t, cfg)
}

// script is a client that gives one reply after the other, the last one from then on.
func script(replies ...fake.Reply) *fake.Client {
	return fake.New(fake.Config{Rules: []fake.Rule{{Replies: replies}}})
}

// fails is a reply of an error of a class, so many times.
func fails(class request.Class, times int) fake.Reply {
	return fake.Reply{Err: &request.Error{Class: class, Status: 500, Message: "as scripted"}, Times: times}
}

// limited is a reply of a rate limit with a wait.
func limited(wait time.Duration) fake.Reply {
	return fake.Reply{Err: &request.Error{Class: request.ClassRateLimit, Status: 429, RetryAfter: wait}}
}

var answer = fake.Reply{Text: "yes"}

func question(text string) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}}
}

// ask sends a question that must be answered.
func ask(t testing.TB, c request.Client) *request.Response {
	t.Helper()
	resp, err := c.Complete(context.Background(), question("?"))
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// refused sends a question that must fail with a class.
func refused(t testing.TB, ctx context.Context, c request.Client, want request.Class) *request.Error {
	t.Helper()
	resp, err := c.Complete(ctx, question("?"))
	if err == nil {
		t.Fatalf("answered %q, want an error of class %s", resp.Content, want)
	}
	e := request.AsError(err)
	if e.Class != want {
		t.Fatalf("class %s, want %s: %v", e.Class, want, err)
	}
	return e
}

// starts are the times at which a client was called, since a moment.
func starts(c *fake.Client, since time.Time) (at []time.Duration) {
	for _, call := range c.Calls() {
		at = append(at, call.Start.Sub(since))
	}
	return at
}

// way is the providers and classes of attempts, for comparison.
func way(tries []request.Attempt) (way []string) {
	for _, try := range tries {
		way = append(way, fmt.Sprintf("%s %s", try.Provider, try.Class))
	}
	return way
}
