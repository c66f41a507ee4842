//go:build !race

package guard

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// instant answers at once.
type instant struct{}

func (instant) Complete(context.Context, request.Request) (*request.Response, error) {
	return &request.Response{FinishReason: request.FinishStop}, nil
}

func (instant) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		_ = yield(request.Chunk{Content: "yes"}, nil) && yield(request.Chunk{Response: new(request.Response)}, nil)
	}
}

func (instant) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, nil
}

func (instant) Capabilities(string) request.Capabilities { return request.Capabilities{} }

var question = request.Request{
	Model: "gpt-5-mini", Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}}, MaxTokens: 300,
}

var used = request.Usage{InputTokens: 90, OutputTokens: 50, Reported: true}

// each does something n times.
func each(do func() error) func(n int) {
	return func(n int) {
		for range n {
			if err := do(); err != nil {
				panic(err)
			}
		}
	}
}

// operations are what the guard looks after.
func operations(t *testing.T) map[string]func(n int) {
	ctx := t.Context()
	l := open(t, func() (*ledger.Ledger, error) {
		return ledger.New(ctx, ledger.Config{Budgets: []ledger.Budget{{Cap: request.USD(1_000_000)}}})
	})
	d := open(t, func() (*dispatcher.Dispatcher, error) {
		target := dispatcher.Target{Client: instant{}, Provider: "openai", Model: question.Model}
		return dispatcher.New(dispatcher.Config{Targets: []dispatcher.Target{target}, Ledger: l})
	})
	admits := open(t, func() (*lane.Lane, error) { return lane.New(lane.Config{}) })
	kept := cache.New(cache.Config{})(instant{})
	model, _ := pricing.Lookup("openai", question.Model)
	provider := open(t, func() (*openai.Client, error) {
		return openai.New(openai.Config{APIKey: "sk-guard", Transport: canned.Answer(whole)})
	})
	t.Cleanup(func() { d.Abort(); admits.Abort(); l.Close() })
	return map[string]func(n int){
		"dispatcher/complete": each(func() error { return second(d.Complete(ctx, question)) }),
		"dispatcher/stream":   each(func() error { return heard(d.Stream(ctx, question)) }),
		"dispatcher/run":      func(n int) { run(ctx, d, n) },
		"lane/admit":          each(func() error { return admit(ctx, admits) }),
		"ledger/settle":       each(func() error { return settle(ctx, l) }),
		"cache/hit":           each(func() error { return second(kept.Complete(ctx, question)) }),
		"pricing/cost":        each(func() error { _, _ = model.Cost(&used, now); return nil }),
		"pricing/estimate":    each(func() error { _ = model.Estimate(&question, request.TokenCount{Tokens: 12}, now); return nil }),
		"openai/complete":     each(func() error { return second(provider.Complete(ctx, question)) }),
	}
}

var now = pricing.Service{At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}

// whole is an answer of 1 KB.
var whole = `{"id":"c","model":"gpt-5-mini","choices":[{"message":{"content":"` + strings.Repeat("0123456789abcdef", 64) +
	`"},"finish_reason":"stop"}],"usage":{"prompt_tokens":90,"completion_tokens":50}}`

func open[T any](t *testing.T, make func() (T, error)) T {
	t.Helper()
	made, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func second(_ *request.Response, err error) error { return err }

func heard(chunks iter.Seq2[request.Chunk, error]) (err error) {
	for _, err = range chunks {
	}
	return err
}

func run(ctx context.Context, d *dispatcher.Dispatcher, n int) {
	jobs := func(yield func(dispatcher.Job) bool) {
		for range n {
			if !yield(dispatcher.Job{Request: question}) {
				return
			}
		}
	}
	for r := range d.Run(ctx, jobs, dispatcher.RunOptions{}) {
		if r.Err != nil {
			panic(r.Err)
		}
	}
}

// stated are limits that nobody reaches.
var stated = request.Limits{
	Requests: request.Limit{Stated: true, Limit: 1 << 30, Remaining: 1 << 30, Reset: time.Millisecond},
	Tokens:   request.Limit{Stated: true, Limit: 1 << 40, Remaining: 1 << 40, Reset: time.Millisecond},
}

func admit(ctx context.Context, l *lane.Lane) error {
	p, err := l.Acquire(ctx, lane.Ticket{Tenant: "a", InputTokens: 100, MaxOutputTokens: 100})
	if err == nil {
		p.Done(lane.Outcome{Sent: true, Limits: stated, Usage: used})
	}
	return err
}

func settle(ctx context.Context, l *ledger.Ledger) error {
	h, err := l.Reserve(ctx, ledger.Request{Amount: 1000, Provider: "openai", Model: question.Model})
	if err != nil {
		return err
	}
	return h.Settle(used)
}
