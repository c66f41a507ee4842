package main

import (
	"context"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
)

const (
	apiKey    = "sk-benchmark"
	chatModel = "gpt-4o-mini"
	// retries is what every client is set to that has a setting: enough to outlast the rate limit of the comparison.
	retries = 10
)

// answer is what a client made of an answer.
type answer struct {
	text    string
	in, out int
}

// ask makes the request of package yardstick.
type ask func(context.Context) (answer, error)

// length is for the measuring, which looks at no more.
func (a ask) length(ctx context.Context) (int, error) {
	got, err := a(ctx)
	return len(got.text), err
}

// site is where the server is, and how many callers there will be.
type site struct {
	root    string
	callers int
}

// chat is the base URL of OpenAI's dialect.
func (s site) chat() string { return s.root + "/v1" }

// transport is that of every client which takes one.
func (s site) transport() *http.Transport {
	t := wire.NewTransport()
	t.MaxIdleConnsPerHost = max(t.MaxIdleConnsPerHost, s.callers)
	return t
}

func (s site) client() *http.Client { return &http.Client{Transport: s.transport()} }

// opened is a client that is ready.
type opened struct {
	complete, stream ask
	close            func()
}

// peer is a client to compare.
type peer struct {
	name   string
	module string // empty for what is part of this repository or of Go
	// base is the name of the peer that its ratios refer to.
	base string
	// note is what a reader must know of its settings.
	note string
	// kinds are the comparisons it takes part in; nil is all.
	kinds []string
	open  func(site) (*opened, error)
}

func (p *peer) in(kind string) bool { return p.kinds == nil || slices.Contains(p.kinds, kind) }

// version is the one that the program was built with.
func (p *peer) version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == p.module {
			return m.Version
		}
	}
	return ""
}

const (
	rawChat     = "net/http + encoding/json"
	rawMessages = "net/http + encoding/json, Anthropic"
)

var peers = []peer{
	{name: rawChat, base: rawChat, open: openRawChat, note: "hand-written, for this request alone; it does not retry"},
	{name: "llmgate, whole path", base: rawChat, open: openGate, note: "a Gate with a budget: dispatcher, lane, policy, ledger, prices, codec"},
	{name: "llmgate, whole path, cache miss", base: rawChat, open: openCachedGate, kinds: []string{complete, streamed}, note: "the same with a cache, in which no request is found"},
	{name: "llmgate, provider alone", base: rawChat, open: openProvider, note: "`providers/openai`; retries are the dispatcher's, so it has none"},
	{name: "go-openai", module: "github.com/sashabaranov/go-openai", base: rawChat, open: openGoOpenAI, note: "it has no retries"},
	{name: "bifrost core", module: "github.com/maximhq/bifrost/core", base: rawChat, open: openBifrost, note: "its own transport (fasthttp): it takes no other; as many workers as callers, pools filled before, no log, 10 retries"},
	{name: "langchaingo", module: "github.com/tmc/langchaingo", base: rawChat, open: openLangchain, note: "it has no retries"},
	{name: "errgroup + semaphore over langchaingo", module: "github.com/tmc/langchaingo", base: rawChat, open: openSeed, note: "a goroutine for each request, a weighted semaphore before it; no retries"},
	{name: "openai-go", module: "github.com/openai/openai-go/v3", base: rawChat, open: openOpenAIGo, note: "10 retries"},
	{name: "any-llm-go", module: "github.com/mozilla-ai/any-llm-go", base: rawChat, open: openAnyLLM, note: "over openai-go with its 2 retries, which it gives no way to change"},
	{name: rawMessages, base: rawMessages, open: openRawMessages, note: "hand-written, for this request alone; it does not retry"},
	{name: "llmgate, whole path, Anthropic", base: rawMessages, open: openMessagesGate, note: "as above"},
	{name: "llmgate, provider alone, Anthropic", base: rawMessages, open: openMessagesProvider, note: "`providers/anthropic`"},
	{name: "anthropic-sdk-go", module: "github.com/anthropics/anthropic-sdk-go", base: rawMessages, open: openAnthropicSDK, note: "10 retries"},
}

func peerNamed(name string) (*peer, bool) {
	i := slices.IndexFunc(peers, func(p peer) bool { return p.name == name })
	if i < 0 {
		return nil, false
	}
	return &peers[i], true
}

// server is what all ask. Its limits are not to be reached.
func server() yardstick.Server {
	return yardstick.Server{
		Header: http.Header{
			"X-Request-Id":               {"req_0123456789"},
			"X-Ratelimit-Limit-Requests": {"90000000"}, "X-Ratelimit-Remaining-Requests": {"89999000"}, "X-Ratelimit-Reset-Requests": {"1ms"},
			"X-Ratelimit-Limit-Tokens": {"90000000000"}, "X-Ratelimit-Remaining-Tokens": {"89999000000"}, "X-Ratelimit-Reset-Tokens": {"1ms"},
		},
		Answers: map[string]yardstick.Answer{"/v1/chat/completions": yardstick.Chat(), "/v1/messages": messages()},
	}
}
