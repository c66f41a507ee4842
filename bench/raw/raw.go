// Package raw is the client that an engineer writes by hand: net/http and encoding/json against a server of the dialect of
// OpenAI's Chat Completions, and nothing around it. It is the baseline of the load generator: what it reaches is what there is
// to reach. For anything else use package providers: this client neither retries nor reads limits, and takes plain text alone.
package raw

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Config says where to. URL is the whole address, with /chat/completions. It, and nothing else, is required.
type Config struct {
	URL   string
	Key   string
	Model string
	// Transport is one of its own, tuned like that of package providers, if nil.
	Transport http.RoundTripper
}

// Client is a request.Client. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
}

// New makes a Client. It sends nothing.
func New(cfg Config) (*Client, error) {
	if !strings.HasPrefix(cfg.URL, "http://") && !strings.HasPrefix(cfg.URL, "https://") {
		return nil, fmt.Errorf("raw: address %q: write it whole, such as https://api.openai.com/v1/chat/completions", cfg.URL)
	}
	if cfg.Transport == nil {
		cfg.Transport = wire.NewTransport()
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the key is for one address
	return &Client{cfg, &http.Client{Transport: cfg.Transport, CheckRedirect: stay}}, nil
}

// body is the request as it is sent.
type body struct {
	Model         string    `json:"model"`
	Messages      []message `json:"messages"`
	MaxTokens     int       `json:"max_tokens,omitempty"`
	Stream        bool      `json:"stream,omitempty"`
	StreamOptions *options  `json:"stream_options,omitempty"`
}

type options struct {
	IncludeUsage bool `json:"include_usage"`
}

type message struct {
	Role    request.Role `json:"role"`
	Content string       `json:"content"`
}

// answer is a response, whole or an event of a stream.
type answer struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Choices []struct {
		Message message `json:"message"`
		Delta   message `json:"delta"`
		Finish  string  `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Input  int `json:"prompt_tokens"`
		Output int `json:"completion_tokens"`
	} `json:"usage"`
}

func (a *answer) usage() request.Usage {
	if a.Usage == nil {
		return request.Usage{}
	}
	return request.Usage{InputTokens: a.Usage.Input, OutputTokens: a.Usage.Output, Reported: true}
}

// Complete blocks until the whole answer is there or ctx ends.
func (c *Client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	resp, err := c.post(ctx, &req, false)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var a answer
	text, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil || len(a.Choices) == 0 {
		return nil, truncated(ctx, err)
	}
	return &request.Response{
		Content: a.Choices[0].Message.Content, RawFinishReason: a.Choices[0].Finish, Provider: "raw", Model: a.Model, ID: a.ID, Usage: a.usage(),
	}, nil
}

// Stream gives the answer as it comes.
func (c *Client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		resp, err := c.post(ctx, &req, true)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		defer resp.Body.Close()
		if whole, err := events(resp.Body, yield); err != nil {
			yield(request.Chunk{}, truncated(ctx, err))
		} else if whole != nil {
			yield(request.Chunk{Response: whole}, nil)
		}
	}
}

// events hands out the text of each event. It returns the whole answer, nil if the reader left.
func events(from io.Reader, yield func(request.Chunk, error) bool) (*request.Response, error) {
	var text strings.Builder
	out := &request.Response{Provider: "raw"}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		if string(data) == "[DONE]" {
			out.Content = text.String()
			_, _ = io.Copy(io.Discard, from) // so that the connection is used again
			return out, nil
		}
		var a answer
		if err := json.Unmarshal(data, &a); err != nil {
			return nil, err
		}
		if a.Usage != nil {
			out.Usage = a.usage()
		}
		if len(a.Choices) == 0 {
			continue
		}
		out.ID, out.Model = a.ID, a.Model
		piece := a.Choices[0].Delta.Content
		text.WriteString(piece)
		if piece != "" && !yield(request.Chunk{Content: piece}, nil) {
			return nil, nil
		}
	}
	return nil, errors.Join(lines.Err(), errors.New("the stream ended before its last event"))
}

func (c *Client) post(ctx context.Context, req *request.Request, stream bool) (*http.Response, error) {
	b := body{Model: c.cfg.Model, MaxTokens: req.MaxTokens, Stream: stream}
	if req.Model != "" {
		b.Model = req.Model
	}
	if stream {
		b.StreamOptions = &options{IncludeUsage: true}
	}
	for _, m := range req.Messages {
		b.Messages = append(b.Messages, message{m.Role, m.Text()})
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, &request.Error{Class: request.ClassInvalid, Provider: "raw", Err: err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.URL, bytes.NewReader(text))
	if err != nil {
		return nil, &request.Error{Class: request.ClassInvalid, Provider: "raw", Err: err}
	}
	r.Header.Set("Content-Type", "application/json")
	if c.cfg.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, unsent(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, refused(resp)
	}
	return resp, nil
}

// refused is the error of a status. The body goes unread into it: it may repeat the key.
func refused(resp *http.Response) error {
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	class, reason := request.ClassifyStatus(resp.StatusCode)
	return &request.Error{
		Class: class, Reason: reason, Provider: "raw", Status: resp.StatusCode, Message: resp.Status,
		RetryAfter: wire.RetryAfter(resp.Header, time.Now()),
	}
}

func unsent(ctx context.Context, err error) error {
	e := *request.AsError(err)
	e.Provider, e.MaybeBilled = "raw", true
	if ctx.Err() != nil {
		e.Class, e.Err = request.Classify(ctx.Err()), errors.Join(ctx.Err(), err)
	}
	return &e
}

func truncated(ctx context.Context, err error) error {
	e := &request.Error{Class: request.ClassTruncated, Provider: "raw", Message: "the answer could not be read", MaybeBilled: true, Err: err}
	if ctx.Err() != nil {
		e.Class, e.Err = request.Classify(ctx.Err()), ctx.Err()
	}
	return e
}

// CountTokens is not to be had by hand: it fails.
func (c *Client) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, &request.Error{Class: request.ClassInvalid, Provider: "raw", Message: "a raw address counts no tokens; open the provider by name"}
}

// Capabilities knows nothing of any model.
func (c *Client) Capabilities(string) request.Capabilities { return request.Capabilities{} }
