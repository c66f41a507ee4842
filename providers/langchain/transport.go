package langchain

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Transport is for the HTTP client of a langchaingo model that is to be wrapped: through it, status, limits, wait hint and
// body of an error reach the client that [Wrap] made, where langchaingo would drop them.
//
//	llm, err := googleai.New(ctx, googleai.WithHTTPClient(&http.Client{Transport: langchain.Transport{}}))
//
// It reaches every model whose package lets an HTTP client be set: those of anthropic, cloudflare, ernie, googleai,
// huggingface, maritaca, ollama and openai; bedrock's by the client of AWS. Requests outside of a wrapped model's call pass
// through unchanged.
type Transport struct {
	// Base sends the requests; nil is a tuned transport that all clients share.
	Base http.RoundTripper
}

// sighting is what a Transport saw of a call. The call carries it in its context; only the call's own requests write to it,
// one after the other, and the call reads it when the model has returned.
type sighting struct {
	requestID string
	limits    request.Limits
	failure   *request.Error
}

type sightingKey struct{}

// The bounds of package wire on what is read of an error's body.
const maxErrorBody = 64 << 10

// RoundTrip sends the request and notes what langchaingo will not tell of the response.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = wire.Shared()
	}
	resp, err := base.RoundTrip(r)
	seen, ok := r.Context().Value(sightingKey{}).(*sighting)
	if err != nil || !ok {
		return resp, err
	}
	seen.requestID, seen.failure = wire.RequestID(resp.Header), nil
	edge.OpenAILimits(resp.Header, false, &seen.limits)
	if !seen.limits.Any() {
		edge.AnthropicLimits(resp.Header, time.Now(), &seen.limits)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what can't be read is left out
		resp.Body.Close()
		seen.failure = edge.StatusError(resp.StatusCode, resp.Header, body, &seen.limits, clean)
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, nil
}

// clean takes out what looks like a secret: a Transport knows no key.
func clean(s string) string { return wire.Redact(s) }
