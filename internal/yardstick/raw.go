package yardstick

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/seed63918563/llmgate/internal/wire"
)

// RawCall makes the hand-written client's call of an API.
type RawCall func(*Raw) Call

// RawComplete asks for a whole answer, which is read into a T and has its text there. ask is called for each call, as a
// program would make each of its requests.
func RawComplete[T any](ask func() any, text func(*T) string) RawCall {
	return func(c *Raw) Call {
		return func(ctx context.Context) (int, error) {
			answer := new(T)
			if err := c.Complete(ctx, ask(), answer); err != nil {
				return 0, err
			}
			return len(text(answer)), nil
		}
	}
}

// RawStream asks for a stream, each event of which is read into a T.
func RawStream[T any](ask func() any, text func(*T) string) RawCall {
	return func(c *Raw) Call {
		return func(ctx context.Context) (int, error) {
			var whole strings.Builder
			err := c.Stream(ctx, ask(), func(data []byte) error {
				event := new(T)
				if err := json.Unmarshal(data, event); err != nil {
					return err
				}
				whole.WriteString(text(event))
				return nil
			})
			return whole.Len(), err
		}
	}
}

// Raw is the hand-written client.
type Raw struct {
	client *http.Client
	url    string
	header http.Header
	pool   *sync.Pool // of *bytes.Buffer; nil for the plain variant
}

// NewRaw makes one.
func NewRaw(url string, header http.Header, transport http.RoundTripper) *Raw {
	return &Raw{client: &http.Client{Transport: transport}, url: url, header: header}
}

// newRaw makes one with a transport of its own.
func newRaw(url string, header http.Header, pooled bool) *Raw {
	c := NewRaw(url, header, wire.NewTransport())
	if pooled {
		c.pool = &sync.Pool{New: func() any { return new(bytes.Buffer) }}
	}
	return c
}

func (c *Raw) buffer() *bytes.Buffer {
	if c.pool == nil {
		return new(bytes.Buffer)
	}
	b := c.pool.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func (c *Raw) free(b *bytes.Buffer) {
	if c.pool != nil {
		c.pool.Put(b)
	}
}

func (c *Raw) post(ctx context.Context, buffer *bytes.Buffer, body any) (*http.Response, error) {
	if err := json.NewEncoder(buffer).Encode(body); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(buffer.Bytes()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	for name, values := range c.header {
		req.Header[name] = values
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return resp, nil
}

// Complete posts a body and decodes the answer.
func (c *Raw) Complete(ctx context.Context, body, answer any) error {
	sent := c.buffer()
	defer c.free(sent)
	resp, err := c.post(ctx, sent, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got := c.buffer()
	defer c.free(got)
	if _, err := got.ReadFrom(resp.Body); err != nil {
		return err
	}
	return json.Unmarshal(got.Bytes(), answer)
}

// Stream posts a body and hands the data of each event to take.
func (c *Raw) Stream(ctx context.Context, body any, take func(data []byte) error) error {
	sent := c.buffer()
	defer c.free(sent)
	resp, err := c.post(ctx, sent, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok || string(data) == "[DONE]" {
			continue
		}
		if err := take(data); err != nil {
			return err
		}
	}
	return lines.Err()
}
