// Package sim simulates providers of language models: an HTTP server that official client libraries can't tell from the
// vendors on the wire, with each vendor's API, rate limits, headers, error bodies and event streams, at settable speed and
// with faults on demand. It is the built-in answerer of the command line, and what tests and benchmarks of llmgate run
// against. Its text is made up and means nothing.
//
// Use Transport for a client in the same process, without a socket; Listen for a real server on a port. Everything
// random comes from the seed and the request, so that the same requests get the same answers. What a prompt cache holds
// depends on which requests came before.
package sim

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// Config sets up a simulator. The zero value answers any model and key at once, without limits or faults.
type Config struct {
	// Seed changes everything random.
	Seed uint64
	// Models are the models served; others are not found. Empty: any name.
	Models []string
	// APIKeys are the keys accepted; others are unauthorised. Empty: any key, or none.
	APIKeys []string
	// ContextTokens bounds prompt and answer together; 0 is no bound.
	ContextTokens int

	// TTFT is the time to the first token, in seconds, TokensPerSecond the speed after it (0: at once), OutputTokens the
	// length of an answer that nothing else bounds (the zero value: 20 to 120).
	TTFT            Dist
	TokensPerSecond Dist
	OutputTokens    Dist

	Limits Limits
	// Script gives the first requests a fault each, in order of arrival; Faults strike the others by probability.
	Script []Fault
	Faults []Fault

	Batches Batches

	// Respond, if set, decides the answer; a nil result leaves it to the simulator. It must be safe for concurrent use.
	Respond func(*Prompt) *Answer
	// Log, if set, is told the truth about each request when it has ended. It must be quick, and safe for concurrent use.
	Log func(Entry)
	// Billed, if set, is told of each answer that was made, when its request ends, for a client's books to be held against. It
	// must be safe for concurrent use.
	Billed func(Bill)
}

// Prompt is a request as the simulator understood it, in whatever dialect it came.
type Prompt struct {
	Model string
	// System is the text of the system messages, Text that of the last user message, Turns the number of messages, in which
	// each result of a tool counts as one.
	System string
	Text   string
	Turns  int
	// Images and Files count the parts of all messages that are no text.
	Images int
	Files  int
	// Tools are the names of the tools on offer, Results the results of tools that the conversation ends with.
	Tools   []string
	Results []ToolResult
}

// ToolResult is what came of a call.
type ToolResult struct {
	// Name is that of the tool, "" if no call in the conversation has the result's id.
	Name   string
	Text   string
	Failed bool
}

// Answer is what a simulated model says.
type Answer struct {
	Text      string
	ToolCalls []ToolCall
	// Refusal, if set, is said in place of Text. In dialects in which a refusal has no words, Text is what came before it, and
	// without Text the prompt is refused.
	Refusal string
	// Reasoning is what it thinks first, if the request asks for reasoning. Empty: made up. Redacted: it is shown in a form
	// that nobody can read, in dialects that have one.
	Reasoning string
	Redacted  bool
}

// ToolCall is a call that a simulated model makes. Where a dialect writes arguments as an object and not as text, those
// that are none become an empty one.
type ToolCall struct {
	Name      string
	Arguments string
}

// Sim is a simulator. It is an http.Handler and safe for concurrent use.
type Sim struct {
	cfg     Config
	mux     *http.ServeMux
	limiter *limiter
	counters
	arrivals atomic.Int64 // requests that took their turn in the script
	tries    tries
	cache    promptCache
	batches  batchStore
}

// New checks the configuration, reporting all faults together.
func New(cfg Config) (*Sim, error) {
	faults := []error{cfg.Limits.check(), cfg.Batches.check()}
	if cfg.ContextTokens < 0 {
		faults = append(faults, fmt.Errorf("context of %d tokens: must not be negative; 0 is no bound", cfg.ContextTokens))
	}
	for i := range cfg.Script {
		faults = append(faults, cfg.Script[i].check(fmt.Sprintf("script[%d]", i)))
	}
	total := 0.0
	for i := range cfg.Faults {
		faults = append(faults, cfg.Faults[i].check(fmt.Sprintf("faults[%d]", i)))
		total += cfg.Faults[i].Probability
	}
	if total > 1+1e-9 { // twenty times 0.05 is a little more than 1
		faults = append(faults, fmt.Errorf("faults: the probabilities add up to %v; at most 1 is possible", total))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	if cfg.OutputTokens == (Dist{}) {
		cfg.OutputTokens = Uniform(20, 120)
	}
	if cfg.Batches.Window == 0 {
		cfg.Batches.Window = 24 * time.Hour
	}
	s := &Sim{cfg: cfg, limiter: newLimiter(cfg.Limits)}
	s.mux = s.routes()
	return s, nil
}

// ServeHTTP answers as the vendor would.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// rngFor seeds the randomness of one request by its content and by how often it has come.
func (s *Sim) rngFor(body []byte) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write(body)
	sum := h.Sum64()
	return rand.New(rand.NewPCG(s.cfg.Seed, sum+s.tries.add(sum)))
}

// sleep waits, but not longer than the client does.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
