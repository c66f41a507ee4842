package dispatcher_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// open makes a dispatcher that is aborted with the test; tests end if it can't.
func open(t testing.TB, cfg dispatcher.Config) *dispatcher.Dispatcher {
	t.Helper()
	d, err := dispatcher.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Abort)
	return d
}

// over makes a dispatcher over one client.
func over(t testing.TB, c request.Client) *dispatcher.Dispatcher {
	t.Helper()
	return open(t, dispatcher.Config{Targets: dispatcher.Clients(c)})
}

// script is a client that gives one reply after the other, the last one from then on.
func script(replies ...fake.Reply) *fake.Client {
	return fake.New(fake.Config{Rules: []fake.Rule{{Replies: replies}}})
}

// fails is a reply of an error of a class.
func fails(class request.Class) fake.Reply {
	return fake.Reply{Err: &request.Error{Class: class, Status: 500, Message: "as scripted"}}
}

// takes is an echo that takes its time.
func takes(d time.Duration) fake.Reply { return fake.Reply{Echo: true, Latency: d} }

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

// count makes jobs that ask for their number, and says how many were read.
func count(n int) (jobs iter.Seq[dispatcher.Job], read func() int) {
	var seen atomic.Int64
	return func(yield func(dispatcher.Job) bool) {
		for i := range n {
			seen.Add(1)
			if !yield(dispatcher.Job{ID: fmt.Sprint(i), Request: question(fmt.Sprint(i))}) {
				return
			}
		}
	}, func() int { return int(seen.Load()) }
}
