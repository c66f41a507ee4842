// Package cell measures one client of a chat API, beside which others are measured the same way, each in a process of its own:
// what a call costs, what waits in memory, what becomes of requests under a rate limit. It is what the programs of bench/peers
// share, for two clients may need versions of a package that do not go into one program.
package cell

import (
	"context"
	"net/http"

	"github.com/seed63918563/llmgate/internal/wire"
)

// Retries is what every client is set to that has a setting: enough to outlast the rate limit.
const Retries = 100

// Answer is what a client made of an answer.
type Answer struct {
	Text    string
	In, Out int // tokens
}

// Ask makes the request of package yardstick.
type Ask func(context.Context) (Answer, error)

// length is for the measuring, which looks at no more.
func (a Ask) length(ctx context.Context) (int, error) {
	got, err := a(ctx)
	return len(got.Text), err
}

// Client is one that is ready. Close may be called once.
type Client struct {
	Complete, Stream Ask
	Close            func()
}

// Open makes a client ready for a site.
type Open func(Site) (*Client, error)

// Site is where the server is, how many callers there will be, and how many requests a minute the server lets through.
type Site struct {
	Root    string
	Callers int
	RPM     int
}

// Chat is the base URL of OpenAI's dialect.
func (s Site) Chat() string { return s.Root + "/v1" }

// Transport is that of every client which takes one.
func (s Site) Transport() *http.Transport {
	t := wire.NewTransport()
	t.MaxIdleConnsPerHost = max(t.MaxIdleConnsPerHost, s.Callers)
	return t
}

// Client is Transport in a client.
func (s Site) Client() *http.Client { return &http.Client{Transport: s.Transport()} }
