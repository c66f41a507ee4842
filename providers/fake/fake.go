// Package fake is a scripted [request.Client] for tests of programs that call models: it answers by rules, takes the time
// it is told to, fails as it is told to, and records what it was asked. It needs neither key nor network, keeps every
// promise of request.Client, and waits on the ordinary clock, so that under testing/synctest it waits without delay.
//
//	client := fake.New(fake.Config{Rules: []fake.Rule{
//		{When: fake.Contains("weather"), Replies: []fake.Reply{{Err: request.ErrOverloaded, Times: 2}, {Text: "Rain."}}},
//	}})
//
// Use bench/sim where the wire is to be tested too: real HTTP, event streams and rate limits. Neither writes sense.
package fake

import (
	"context"
	"iter"
	"strings"
	"sync"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// Config scripts a client. The zero value repeats what it is told.
type Config struct {
	// Rules are tried in order; the first that matches a request gives the reply.
	Rules []Rule
	// Default answers what no rule matches; nil is an echo: the text of the last user message.
	Default *Reply

	// Provider and Model are the names in responses and errors, and Model that of a request without one; "fake" if empty.
	Provider string
	Model    string
	// Capabilities describes models, which get no request for what they lack; nil describes none.
	Capabilities func(model string) request.Capabilities
	// Count answers CountTokens; nil estimates from the text.
	Count func(*request.Request) (request.TokenCount, error)
}

// Client is a scripted request.Client. It is safe for concurrent use, and so for tests that run in parallel.
type Client struct {
	cfg Config

	mu       sync.Mutex
	uses     []int // of each rule
	calls    []*Call
	inFlight int
	peak     int
}

var _ request.Client = (*Client)(nil)

// New makes a client. It panics if the script contradicts itself, naming every fault: a test can't go on with that.
func New(cfg Config) *Client {
	if cfg.Provider == "" {
		cfg.Provider = "fake"
	}
	if cfg.Model == "" {
		cfg.Model = "fake"
	}
	if cfg.Default == nil {
		cfg.Default = &Reply{Echo: true}
	}
	if faults := cfg.faults(); len(faults) > 0 {
		panic("fake.New: " + strings.Join(faults, "; "))
	}
	return &Client{cfg: cfg, uses: make([]int, len(cfg.Rules))}
}

// Complete answers by the script, in the reply's time.
func (c *Client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	p, err := c.begin(ctx, &req, false)
	if err != nil {
		return nil, err
	}
	defer p.end()
	p.play(ctx, func(request.Chunk) bool { return true })
	return p.response, p.err
}

// Stream answers by the script, in pieces; see request.Client.
func (c *Client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		p, err := c.begin(ctx, &req, true)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		defer p.end() // a panic in the reader's loop included
		p.play(ctx, func(chunk request.Chunk) bool { return yield(chunk, nil) })
		if p.err != nil {
			yield(request.Chunk{}, p.err)
		} else if p.response != nil {
			yield(request.Chunk{Response: p.response}, nil)
		}
	}
}

// CountTokens gives the scripted count, or else an estimate. It does not block and is not recorded.
func (c *Client) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	if err := c.refusal(ctx, &req); err != nil {
		return request.TokenCount{}, err
	}
	if c.cfg.Count == nil {
		return request.TokenCount{Tokens: tokens.Request(&req), Estimated: true}, nil
	}
	count, err := c.cfg.Count(&req)
	if err != nil {
		return request.TokenCount{}, c.newError(&req, err)
	}
	return count, nil
}

// Capabilities returns what the configuration says of the model.
func (c *Client) Capabilities(model string) request.Capabilities {
	if c.cfg.Capabilities == nil {
		return request.Capabilities{}
	}
	if model == "" {
		model = c.cfg.Model
	}
	return c.cfg.Capabilities(model)
}
