package fake_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// both runs a test on the two ways of asking.
func both(t *testing.T, test func(t *testing.T, ask func(context.Context, *fake.Client) (*request.Response, error))) {
	t.Helper()
	t.Run("complete", func(t *testing.T) {
		test(t, func(ctx context.Context, c *fake.Client) (*request.Response, error) {
			return c.Complete(ctx, question("Hello?"))
		})
	})
	t.Run("stream", func(t *testing.T) {
		test(t, func(ctx context.Context, c *fake.Client) (*request.Response, error) {
			return request.Collect(c.Stream(ctx, question("Hello?")))
		})
	})
}

func asError(t *testing.T, err error) *request.Error {
	t.Helper()
	e, ok := errors.AsType[*request.Error](err)
	if !ok {
		t.Fatalf("%T is no *request.Error: %v", err, err)
	}
	return e
}

var errOwn = errors.New("own")

func TestErrorsAreThoseOfTheScript(t *testing.T) {
	full := &request.Error{
		Class: request.ClassRateLimit, Reason: request.ReasonRamp, Status: 429, Code: "slow", RetryAfter: 1500 * time.Millisecond,
		ShouldRetry: new(true), MaybeBilled: true, Message: "slow down", Err: errOwn,
	}
	for _, c := range []struct {
		name   string
		script error
		want   request.Error
	}{
		{"in full", full, *full},
		{"sentinel", request.ErrQuota, request.Error{Class: request.ClassQuota, Err: request.ErrQuota}},
		{"foreign", errOwn, request.Error{Class: request.ClassUnknown, Err: errOwn}},
		{"wrapped", fmt.Errorf("more: %w", full), func() request.Error {
			e := *full
			e.Message, e.Err = "", fmt.Errorf("more: %w", full)
			return e
		}()},
	} {
		c.want.Provider, c.want.Model = "fake", "fake"
		t.Run(c.name, func(t *testing.T) {
			both(t, func(t *testing.T, ask func(context.Context, *fake.Client) (*request.Response, error)) {
				_, err := ask(t.Context(), replying(fake.Reply{Err: c.script}))
				sameError := cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || a.Error() == b.Error() })
				if diff := cmp.Diff(&c.want, asError(t, err), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Err" }, sameError)); diff != "" {
					t.Error(diff)
				}
				if errors.Is(c.script, errOwn) != errors.Is(err, errOwn) {
					t.Errorf("the cause got lost: %v", err)
				}
			})
		})
	}
}

func TestReturnedErrorIsTheCallersOwn(t *testing.T) {
	client := replying(fake.Reply{Err: &request.Error{Class: request.ClassOverloaded, ShouldRetry: new(true)}})
	_, err := client.Complete(t.Context(), question("Hello?"))
	*asError(t, err).ShouldRetry = false
	asError(t, err).Class = request.ClassAuth
	_, err = client.Complete(t.Context(), question("Hello?"))
	if e := asError(t, err); !*e.ShouldRetry || e.Class != request.ClassOverloaded {
		t.Errorf("one caller's changes reached the next: %+v", e)
	}
}

func TestPartialIsWhatWasHandedOut(t *testing.T) {
	for _, c := range []struct {
		after int
		want  string
	}{{0, ""}, {1, "abcd"}, {2, "abcdefgh"}, {3, "abcdefghi"}, {99, "abcdefghi"}} {
		both(t, func(t *testing.T, ask func(context.Context, *fake.Client) (*request.Response, error)) {
			_, err := ask(t.Context(), replying(fake.Reply{Text: "abcdefghi", Cut: true, After: c.after}))
			e := asError(t, err)
			if e.Class != request.ClassTruncated || !e.MaybeBilled || (e.Partial == nil) != (c.want == "") {
				t.Fatalf("got %+v", e)
			}
			if e.Partial != nil && (e.Partial.Content != c.want || e.Partial.FinishReason != "" || e.Partial.Model != "fake") {
				t.Errorf("got %+v", e.Partial)
			}
		})
	}
}

func TestRefusalIsAnError(t *testing.T) {
	both(t, func(t *testing.T, ask func(context.Context, *fake.Client) (*request.Response, error)) {
		_, err := ask(t.Context(), replying(fake.Reply{Refusal: "I would rather not."}))
		e := asError(t, err)
		if e.Class != request.ClassContentPolicy || !e.MaybeBilled || e.Partial == nil || e.Partial.Refusal != "I would rather not." || e.Partial.Usage.OutputTokens == 0 {
			t.Errorf("got %+v", e)
		}
		filtered := fake.Reply{Text: "half", Response: &request.Response{FinishReason: request.FinishContentPolicy}}
		if _, err := ask(t.Context(), replying(filtered)); !errors.Is(err, request.ErrContentPolicy) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStallEndsWithTheContext(t *testing.T) {
	cause := errors.New("enough")
	for name, end := range map[string]struct {
		context func(context.Context) (context.Context, context.CancelFunc)
		class   request.Class
		is      error
	}{
		"cancel": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			stop := time.AfterFunc(time.Second, func() { cancel(cause) })
			return ctx, func() { stop.Stop(); cancel(nil) }
		}, request.ClassCanceled, context.Canceled},
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(ctx, time.Second, cause)
		}, request.ClassTimeout, context.DeadlineExceeded},
	} {
		for which, reply := range map[string]fake.Reply{
			"stall": {Text: "abcdefgh", Stall: true, After: 1},
			"slow":  {Text: "abcdefgh", Pace: time.Minute},
		} {
			t.Run(name+"/"+which, func(t *testing.T) {
				both(t, func(t *testing.T, ask func(context.Context, *fake.Client) (*request.Response, error)) {
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := end.context(t.Context())
						defer cancel()
						start := time.Now()
						_, err := ask(ctx, replying(reply))
						e := asError(t, err)
						if e.Class != end.class || !errors.Is(err, end.is) || !errors.Is(err, cause) || !e.MaybeBilled || e.Partial == nil || e.Partial.Content != "abcd" {
							t.Errorf("got %+v", e)
						}
						if waited := time.Since(start); waited != time.Second {
							t.Errorf("ended after %v", waited)
						}
					})
				})
			})
		}
	}
}

func TestNothingIsSentAfterTheEndOrWhenInvalid(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	client := replying(fake.Reply{})
	both(t, func(t *testing.T, ask func(context.Context, *fake.Client) (*request.Response, error)) {
		_, err := ask(ended, client)
		if e := asError(t, err); e.Class != request.ClassCanceled || !errors.Is(err, context.Canceled) || e.MaybeBilled {
			t.Errorf("got %+v", e)
		}
	})
	if _, err := client.Complete(t.Context(), request.Request{}); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if _, err := request.Collect(client.Stream(t.Context(), request.Request{})); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if calls := client.Calls(); len(calls) != 0 {
		t.Errorf("recorded %+v", calls)
	}
}
