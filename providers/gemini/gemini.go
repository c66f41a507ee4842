// Package gemini speaks Google's generateContent dialect: to the Gemini API, and to Vertex AI by its base URL. Use it
// directly for one provider with the smallest program; use the providers package to choose a provider by name.
//
// What the dialect can't say is reported: content that would be lost is an error before anything is sent, a parameter that is
// not honoured is a warning on the response.
//
// Reasoning: an effort becomes a thinkingLevel of the same name (none becomes MINIMAL, xhigh becomes HIGH, with a warning), and
// with the models up to 2.5, which know no levels, a thinkingBudget: none 0, minimal and low 1,024, medium 8,192, high and
// xhigh 24,576 tokens. ReasoningBudget is sent as thinkingBudget. Either asks for the thoughts as well.
//
// Extra: fields of generationConfig and toolConfig are joined to those that the request sets, each replacing one of its own
// name, and tools are added to the request's functions. Other fields, such as safetySettings, cachedContent and labels, are
// sent as they are.
//
// A Client is a request.Batcher, too: the Gemini API answers batches of up to 20 MB within a day for half the price. Vertex AI's
// are not supported.
package gemini

import (
	"context"
	"iter"
	"net/url"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Client is a request.Client for one provider and key. It is safe for concurrent use and needs no closing.
type Client struct {
	cfg     Config
	vertex  bool
	dialect *dialect.Client
	base    *url.URL
	// targets are where requests for the default model go, by method.
	targets map[string]*wire.Target
}

var _ request.Client = (*Client)(nil)

// New checks the configuration, reporting all faults together, and opens no connection.
func New(cfg Config) (*Client, error) {
	common, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, vertex: cfg.isVertex(), dialect: dialect.New(common)}
	if c.base, err = url.Parse(cfg.BaseURL); err != nil {
		return nil, err
	}
	if cfg.Model != "" {
		if err := c.prepareTargets(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Complete sends the request and blocks until the whole answer has come.
func (c *Client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	return desk.Complete(ctx, &req, c.begin)
}

// Stream returns the answer as it is written; see request.Client.
func (c *Client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return dialect.Stream(ctx, func() dialect.Codec { return c.newCodec(&req) })
}

func (c *Client) newCodec(req *request.Request) dialect.Codec {
	codec := new(generation)
	c.begin(codec, req)
	return codec
}

var desk dialect.Desk[generation, *generation]

func (c *Client) begin(codec *generation, req *request.Request) {
	codec.Call, codec.client = c.dialect.NewCall(req), c
}

// Capabilities describes a model; see Config.Capabilities.
func (c *Client) Capabilities(model string) request.Capabilities {
	return c.dialect.Capabilities(model)
}
