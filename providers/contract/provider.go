package contract

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// What every client under test is opened with.
const (
	// Model is the default model, Key the API key. The key must never be seen in an error.
	Model = "contract-model"
	Key   = "sk-contract-0123456789-abcdefghijkl"
)

// Provider is a simulated provider, and how a client is to be opened for it: with the Key and the Model of this package.
type Provider struct {
	// Config is how the simulator was set up. It is for clients without a wire, which have to play it themselves.
	Config sim.Config
	// Transport takes all of the client's calls, to whichever host; the simulator speaks each dialect at its usual paths
	// below the base addresses that package sim names. A client must not send over anything else.
	Transport http.RoundTripper
	// FirstByteTimeout and IdleTimeout are the client's, as far as it has them.
	FirstByteTimeout time.Duration
	IdleTimeout      time.Duration
	// Capabilities is what the client knows of models; nil is nothing.
	Capabilities func(model string) request.Capabilities

	sim     *sim.Sim
	sent    *recorder
	mu      sync.Mutex
	prompts []sim.Prompt
}

// setting is what a case wants of its provider.
type setting struct {
	sim.Config
	idle, firstByte time.Duration
	capabilities    func(model string) request.Capabilities
	// instead stands in the simulator's place.
	instead http.RoundTripper
}

// Timeouts of clients where a case names none: far beyond what any case takes.
const longTimeout = 24 * time.Hour

// newProvider sets the stage's next provider up.
func newProvider(t testing.TB, set setting) *Provider {
	t.Helper()
	p := &Provider{Config: set.Config, FirstByteTimeout: set.firstByte, IdleTimeout: set.idle, Capabilities: set.capabilities}
	if p.FirstByteTimeout == 0 {
		p.FirstByteTimeout = longTimeout
	}
	if p.IdleTimeout == 0 {
		p.IdleTimeout = longTimeout
	}
	p.Config.Respond = p.overhear(set.Respond)
	s, err := sim.New(p.Config)
	if err != nil {
		t.Fatal(err)
	}
	p.sim, p.sent = s, &recorder{next: s.Transport()}
	if set.instead != nil {
		p.sent.next = set.instead
	}
	p.Transport = p.sent
	return p
}

// overhear keeps the prompts that the simulator understood.
func (p *Provider) overhear(respond func(*sim.Prompt) *sim.Answer) func(*sim.Prompt) *sim.Answer {
	return func(prompt *sim.Prompt) *sim.Answer {
		p.mu.Lock()
		p.prompts = append(p.prompts, *prompt)
		p.mu.Unlock()
		if respond == nil {
			return nil
		}
		return respond(prompt)
	}
}

// heard are the prompts so far.
func (p *Provider) heard() []sim.Prompt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.prompts)
}

// last is the latest prompt, or none at all.
func (p *Provider) last() sim.Prompt {
	if all := p.heard(); len(all) > 0 {
		return all[len(all)-1]
	}
	return sim.Prompt{}
}
