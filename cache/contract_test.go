package cache_test

import (
	"testing"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// A client with a cache around it is a client like any other.
func TestContract(t *testing.T) {
	open := func(t testing.TB, p *contract.Provider) request.Client {
		client, err := anthropic.New(anthropic.Config{
			APIKey: contract.Key, BaseURL: "http://simulator.example", Model: contract.Model, Transport: p.Transport,
			FirstByteTimeout: p.FirstByteTimeout, IdleTimeout: p.IdleTimeout, Capabilities: p.Capabilities,
		})
		if err != nil {
			t.Fatal(err)
		}
		return wrap(t, client, cache.Config{})
	}
	contract.Exercise(t, "cache", open, contract.Features{
		Errors: []string{"anthropic"},
		Lacks:  map[contract.Feature]string{contract.Audio: "the API takes no sound"},
		Deviates: map[string]contract.Deviation{
			"stream: nothing is sent before the loop": {
				Fails: "the requests sent by two ranges", Reason: "the second range is the same request, which the cache answers",
			},
		},
	})
}
