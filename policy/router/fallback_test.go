package router_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestFallback(t *testing.T) {
	onCode := func(e *request.Error) bool { return e.Status == 500 }
	for _, c := range []struct {
		name     string
		fallback router.FallbackPolicy
		first    fake.Reply
		want     []string
	}{
		{"waits by default", nil, limited(time.Minute), []string{"first rate_limit", "first "}},
		{"on a rate limit", router.OnRateLimit, limited(time.Minute), []string{"first rate_limit", "second "}},
		{"not on a rate limit", router.OnTransient, limited(time.Minute), []string{"first rate_limit", "first "}},
		{"retries by default", nil, fails(request.ClassTransient, 1), []string{"first transient", "first "}},
		{"on a transient failure", router.OnTransient, fails(request.ClassTransient, 1), []string{"first transient", "second "}},
		{"on overload", router.OnTransient, fails(request.ClassOverloaded, 1), []string{"first overloaded", "second "}},
		{"on either", router.Any(router.OnTransient, router.OnRateLimit), limited(time.Minute), []string{"first rate_limit", "second "}},
		{"on neither", router.Any(), fails(request.ClassTransient, 1), []string{"first transient", "first "}},
		{"on one's own", onCode, fails(request.ClassInvalid, 1), []string{"first invalid", "second "}},
		{"after retries", nil, fails(request.ClassTransient, 9),
			[]string{"first transient", "first transient", "first transient", "second "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := over(t, script(c.first, answer), script(answer), router.Config{Fallback: c.fallback})
				if d := cmp.Diff(c.want, way(ask(t, r).Attempts)); d != "" {
					t.Errorf("attempts (-want +got):\n%s", d)
				}
			})
		})
	}
}

func TestFallbackEndsAtTheLimit(t *testing.T) {
	bad := make([]request.Client, 6)
	for i := range bad {
		bad[i] = script(fails(request.ClassTransient, 99))
	}
	r := open(t, router.Config{Targets: router.Clients(bad...), Fallback: router.OnTransient})
	e := refused(t, t.Context(), r, request.ClassTransient)
	if len(e.Attempts) != 4 {
		t.Errorf("%d attempts, want the first and three more", len(e.Attempts))
	}
}

func TestTheModelOfATarget(t *testing.T) {
	named, open1 := script(answer), script(fails(request.ClassNotFound, 9))
	r := open(t, router.Config{Targets: []router.Target{{Client: open1}, {Client: named, Model: "own"}}})
	req := question("?")
	req.Model = "asked"
	resp, err := r.Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := open1.Calls()[0].Request.Model, named.Calls()[0].Request.Model; a != "asked" || b != "own" {
		t.Errorf("asked for %q and %q; want the request's own and then the target's", a, b)
	}
	if a, b := resp.Attempts[0].Model, resp.Attempts[1].Model; a != "asked" || b != "own" {
		t.Errorf("attempts at %q and %q", a, b)
	}
	if req.Model != "asked" {
		t.Errorf("the caller's request was changed to %q", req.Model)
	}
}

func TestContentGoesToALargerModelAndToAnotherVendor(t *testing.T) {
	sized := func(tokens int, replies ...fake.Reply) *fake.Client {
		return fake.New(fake.Config{Rules: []fake.Rule{{Replies: replies}}, Capabilities: func(string) request.Capabilities {
			return request.Capabilities{Known: true, ContextTokens: tokens}
		}})
	}
	tooLong := fails(request.ClassContextLength, 9)
	r := open(t, router.Config{Targets: router.Clients(sized(1000, tooLong), sized(500, answer), sized(2000, answer))})
	if tries := ask(t, r).Attempts; len(tries) != 2 {
		t.Errorf("%d attempts; want the one too small and the one larger", len(tries))
	}
	declined := fake.Reply{Refusal: "no"}
	r = over(t, script(declined), script(answer), router.Config{})
	refused(t, t.Context(), r, request.ClassContentPolicy)
	r = over(t, script(declined), script(answer), router.Config{Policy: policy.Default().AllowOtherVendor()})
	ask(t, r)
}

func TestABudgetGoesToACheaperTarget(t *testing.T) {
	cost := func(m request.Money) func(*request.Request) (request.Money, bool) {
		return func(*request.Request) (request.Money, bool) { return m, true }
	}
	r := open(t, router.Config{Targets: []router.Target{
		{Client: script(fails(request.ClassBudget, 9)), Key: "a", Cost: cost(2)}, {Client: script(answer), Key: "b", Cost: cost(3)},
		{Client: script(answer), Key: "c"}, {Client: script(answer), Key: "d", Cost: cost(1)},
	}})
	if got := keys(ask(t, r).Attempts); got != "ad" {
		t.Errorf("went to %s, want ad", got)
	}
}

func TestErrorsKeepTheirChain(t *testing.T) {
	cause := errors.New("the cause")
	inner := &request.Error{Class: request.ClassInvalid, Message: "bad field", Err: cause}
	for name, given := range map[string]error{
		"direct": inner, "wrapped": fmt.Errorf("from my client: %w", inner), "foreign": fmt.Errorf("from elsewhere: %w", cause),
	} {
		client := broken{func() (*request.Response, error) { return nil, given }}
		_, err := open(t, router.Config{Targets: router.Clients(client), Policy: new(policy.Policy)}).Complete(t.Context(), question("?"))
		e, ok := errors.AsType[*request.Error](err)
		if !ok || len(e.Attempts) != 1 || !errors.Is(err, cause) {
			t.Errorf("%s: %#v", name, err)
		}
		if name != "foreign" && err.Error() != given.Error() {
			t.Errorf("%s: reads %q, want %q", name, err, given)
		}
		if len(inner.Attempts) != 0 {
			t.Errorf("%s: the client's error was changed", name)
		}
	}
}
