package langchain

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// caught is the body that langchaingo wrote for one call, which carries it in its context.
type caught struct{ body []byte }

type caughtKey struct{}

func catching(ctx context.Context) (context.Context, *caught) {
	c := new(caught)
	return context.WithValue(ctx, caughtKey{}, c), c
}

var (
	// errCaught ends langchaingo's part of a call.
	errCaught    = errors.New("the request is written; llmgate sends it and reads the answer")
	errUncatched = errors.New("a request outside of a call")
)

// catcher is the HTTP client of langchaingo's clients. It takes the body that was written and sends nothing: what langchaingo
// would do with the answer loses errors, and mixes up tool calls.
type catcher struct{}

// Do is what langchaingo's openai and anthropic packages send with.
func (catcher) Do(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	c, ok := r.Context().Value(caughtKey{}).(*caught)
	if !ok {
		return nil, errUncatched
	}
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return nil, err
	}
	c.body = body
	return nil, errCaught
}

// RoundTrip is the same for its ollama package, which insists on an *http.Client.
func (c catcher) RoundTrip(r *http.Request) (*http.Response, error) { return c.Do(r) }
