package request

import (
	"context"
	"iter"
)

// Client answers requests. Providers, middleware and the dispatcher are all Clients, so that they compose. A Client is
// safe for concurrent use. Every error it returns has an [*Error] in its chain and matches the sentinels of its class;
// where ctx ended the call, it also matches ctx's error.
type Client interface {
	// Complete sends the request and blocks until the whole answer is there or ctx ends.
	Complete(ctx context.Context, req Request) (*Response, error)

	// Stream returns the answer in pieces, as the model writes it. Nothing is sent before the sequence is ranged over,
	// and each range sends the request anew. The sequence blocks between chunks; it ends with a chunk that carries the
	// whole Response, or with one non-nil error whose Partial holds what had arrived. Leaving the loop early cancels the
	// request upstream.
	Stream(ctx context.Context, req Request) iter.Seq2[Chunk, error]

	// CountTokens gives the size of the request's prompt without having it answered. It may make a network call.
	CountTokens(ctx context.Context, req Request) (TokenCount, error)

	// Capabilities describes a model, the client's own if the name is empty. It does not block.
	Capabilities(model string) Capabilities
}

// TokenCount is the size of a prompt in tokens. Estimated: it was guessed from the text and not counted by the provider.
type TokenCount struct {
	Tokens    int
	Estimated bool
}

// Middleware wraps a Client with more behaviour.
type Middleware func(Client) Client

// Chain wraps a client so that the first middleware given sees each request first.
func Chain(c Client, mw ...Middleware) Client {
	for i := len(mw) - 1; i >= 0; i-- {
		c = mw[i](c)
	}
	return c
}
