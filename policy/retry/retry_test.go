package retry_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/retry"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func failing(err error, times int) *fake.Client {
	return fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: err, Times: times}, {Text: "yes"}}}}})
}

var question = request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "?"}}}

// careful pays for nothing twice.
func careful() *policy.Policy {
	p := policy.Default()
	p.StopIfBilled = true
	return p
}

func TestRetries(t *testing.T) {
	billed := &request.Error{Class: request.ClassTruncated, MaybeBilled: true}
	for _, c := range []struct {
		name string
		cfg  retry.Config
		err  error
		want int // calls, of a client that fails a hundred times
	}{
		{"three by default", retry.Config{}, request.ErrTransient, 4},
		{"as many as asked for", retry.Config{MaxRetries: 7}, request.ErrOverloaded, 8},
		{"many", retry.Config{MaxRetries: 30}, request.ErrTimeout, 31},
		{"what nobody classified", retry.Config{}, errors.New("a riddle"), 4},
		{"none", retry.Config{MaxRetries: -1}, request.ErrTransient, 1},
		{"none of what stays wrong", retry.Config{}, request.ErrInvalid, 1},
		{"none after the key was refused", retry.Config{}, request.ErrAuth, 1},
		{"none of what may be billed", retry.Config{Policy: careful()}, billed, 1},
		{"by one's own policy", retry.Config{MaxRetries: 9, Policy: new(policy.Policy)}, request.ErrTransient, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := failing(c.err, 100)
				c.cfg.RetryShare = -1
				_, err := retry.New(c.cfg)(client).Complete(t.Context(), question)
				if n := len(client.Calls()); n != c.want || request.Classify(err) != request.Classify(c.err) {
					t.Errorf("%d calls, want %d, and %v", n, c.want, err)
				}
				if n := len(request.AsError(err).Attempts); n != c.want {
					t.Errorf("%d attempts listed, want %d", n, c.want)
				}
			})
		})
	}
}

// A rate limit is no failure of the request: it is waited for even where nothing is retried.
func TestRateLimitsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := failing(&request.Error{Class: request.ClassRateLimit, RetryAfter: time.Minute}, 5)
		resp, err := retry.New(retry.Config{MaxRetries: -1})(client).Complete(t.Context(), question)
		if err != nil || len(resp.Attempts) != 6 || time.Since(start) != 5*time.Minute {
			t.Errorf("%v, %v within %v", resp, err, time.Since(start))
		}
	})
}

func TestEachClientHasABudgetOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := retry.New(retry.Config{})
		for range 2 {
			client := failing(request.ErrTransient, 1<<20)
			wrapped := again(client)
			for range 1000 {
				_, _ = wrapped.Complete(t.Context(), question)
			}
			if n := len(client.Calls()); n < 1200 || n > 1250 {
				t.Errorf("%d calls for 1000 requests; want a fifth more, and at most 50", n)
			}
		}
	})
}

func TestNilClient(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a nil client was taken")
		}
	}()
	retry.New(retry.Config{})(nil)
}

// What passes through the engine is as the client gave it.
func TestContract(t *testing.T) {
	contract.Exercise(t, "retry", func(t testing.TB, p *contract.Provider) request.Client {
		client, err := anthropic.New(anthropic.Config{
			APIKey: contract.Key, Model: contract.Model, BaseURL: "http://simulator.example", Transport: p.Transport,
			FirstByteTimeout: p.FirstByteTimeout, IdleTimeout: p.IdleTimeout, Capabilities: p.Capabilities,
		})
		if err != nil {
			t.Fatal(err)
		}
		return retry.New(retry.Config{Policy: new(policy.Policy)})(client)
	}, contract.Features{
		Errors: []string{"anthropic"},
		Lacks:  map[contract.Feature]string{contract.Audio: "the API takes no sound"},
	})
}
