package request_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
)

func TestErrorText(t *testing.T) {
	for want, e := range map[string]*request.Error{
		"openai: rate_limit (429 rate_limit_exceeded): slow down [request req_1]; retry after 2s": {
			Provider: "openai", Class: request.ClassRateLimit, Status: 429, Code: "rate_limit_exceeded", Message: "slow down",
			RequestID: "req_1", RetryAfter: 2 * time.Second,
		},
		"transient (500)":                    {Class: request.ClassTransient, Status: 500},
		"quota (no_credit): empty":           {Class: request.ClassQuota, Code: "no_credit", Message: "empty"},
		"canceled: context canceled":         {Class: request.ClassCanceled, Err: context.Canceled},
		"timeout: context deadline exceeded": {Class: request.ClassTimeout, Message: "context deadline exceeded", Err: context.DeadlineExceeded},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEveryClassHasItsSentinel(t *testing.T) {
	sentinels := map[request.Class]error{
		request.ClassRateLimit: request.ErrRateLimit, request.ClassOverloaded: request.ErrOverloaded, request.ClassQuota: request.ErrQuota,
		request.ClassAuth: request.ErrAuth, request.ClassPermission: request.ErrPermission, request.ClassNotFound: request.ErrNotFound,
		request.ClassInvalid: request.ErrInvalid, request.ClassContextLength: request.ErrContextLength,
		request.ClassContentPolicy: request.ErrContentPolicy, request.ClassTransient: request.ErrTransient,
		request.ClassTimeout: request.ErrTimeout, request.ClassTruncated: request.ErrTruncated,
		request.ClassCanceled: request.ErrCanceled, request.ClassBudget: request.ErrBudget,
	}
	for class, sentinel := range sentinels {
		err := fmt.Errorf("item 7: %w", &request.Error{Class: class})
		if got := request.Classify(err); got != class {
			t.Errorf("%s was classified as %s", class, got)
		}
		if got := request.Classify(fmt.Errorf("bare: %w", sentinel)); got != class {
			t.Errorf("the sentinel of %s was classified as %s", class, got)
		}
		for other, s := range sentinels {
			if errors.Is(err, s) != (other == class) {
				t.Errorf("%s matches %s: %v", class, other, errors.Is(err, s))
			}
		}
	}
}

func TestUsageSums(t *testing.T) {
	a := request.Usage{InputTokens: 1, CacheReadTokens: 2, CacheWrite5mTokens: 3, CacheWrite1hTokens: 4, OutputTokens: 5,
		ReasoningTokens: 1, Reported: true, Units: map[string]int{"search": 1}}
	a.SetCost(5 * request.Cent)
	b := a
	b.Estimated, b.Reported = true, false
	sum := request.Usage{}.Add(a).Add(b).Add(request.Usage{})
	want := request.Usage{InputTokens: 2, CacheReadTokens: 4, CacheWrite5mTokens: 6, CacheWrite1hTokens: 8, OutputTokens: 10,
		ReasoningTokens: 2, Estimated: true, Priced: true, Cost: 10 * request.Cent, CostUSD: 0.1, Units: map[string]int{"search": 2}}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Error(diff)
	}
	if a.PromptTokens() != 10 || a.TotalTokens() != 15 {
		t.Errorf("prompt %d, total %d", a.PromptTokens(), a.TotalTokens())
	}
	if unpriced := a.Add(request.Usage{Reported: true, InputTokens: 1}); unpriced.Priced {
		t.Error("a sum with an unpriced part says it is priced")
	}
}

func TestToolCallDecode(t *testing.T) {
	var args struct{ City string }
	if err := (request.ToolCall{Arguments: `{"city":"Rome"}`}).Decode(&args); err != nil || args.City != "Rome" {
		t.Errorf("got %+v, %v", args, err)
	}
	if err := (request.ToolCall{}).Decode(&args); err != nil {
		t.Errorf("no arguments: %v", err)
	}
	err := request.ToolCall{ID: "1", Name: "weather", Arguments: `{"city":`}.Decode(&args)
	if !errors.Is(err, request.ErrInvalid) {
		t.Errorf("broken arguments: %v", err)
	}
}

func TestChainWrapsFromTheOutside(t *testing.T) {
	var order []string
	named := func(name string) request.Middleware {
		return func(c request.Client) request.Client {
			return &spy{Client: c, seen: func() { order = append(order, name) }}
		}
	}
	c := request.Chain(&spy{seen: func() { order = append(order, "client") }}, named("outer"), named("inner"))
	_, _ = c.Complete(t.Context(), request.Request{})
	if want := []string{"outer", "inner", "client"}; !cmp.Equal(order, want) {
		t.Errorf("got %v", order)
	}
}

type spy struct {
	request.Client
	seen func()
}

func (s *spy) Complete(ctx context.Context, r request.Request) (*request.Response, error) {
	s.seen()
	if s.Client == nil {
		return &request.Response{}, nil
	}
	return s.Client.Complete(ctx, r)
}
