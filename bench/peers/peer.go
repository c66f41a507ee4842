package main

import (
	"debug/buildinfo"
	"slices"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

const (
	apiKey    = "sk-benchmark"
	chatModel = "gpt-4o-mini"
)

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
	// open makes it ready; nil if a program of its own has it, which lies in the folder.
	open   cell.Open
	folder string
}

func (p *peer) in(kind string) bool { return p.kinds == nil || slices.Contains(p.kinds, kind) }

// version is the one that a program was built with.
func (p *peer) version(program string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
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
	whole       = "llmgate, whole path"
)

var peers = []peer{
	{name: rawChat, base: rawChat, open: openRawChat, note: "written by hand for this request alone; no retries"},
	{name: whole, base: rawChat, open: openGate, note: "a `Gate` with a budget: dispatcher, lane, policy, ledger, prices, codec; it is not told the limit"},
	{name: "llmgate, whole path, cache miss", base: rawChat, open: openCachedGate, kinds: []string{cell.Complete, cell.Stream}, note: "the same with a cache that finds no request"},
	{name: "llmgate, provider alone", base: rawChat, open: openProvider, note: "`providers/openai`; no retries, which are the dispatcher's"},
	{name: "go-openai", module: "github.com/sashabaranov/go-openai", base: rawChat, open: openGoOpenAI, note: "it has no retries"},
	{name: "bifrost core", module: "github.com/maximhq/bifrost/core", base: rawChat, open: openBifrost, note: "a transport of its own (fasthttp), for it takes no other; as many workers and places in its queue as callers, pools filled before, no log, retries after 0.5 to 5 s, no end to its own time"},
	{name: "langchaingo", module: "github.com/tmc/langchaingo", base: rawChat, open: openLangchain, note: "it has no retries"},
	{name: "semaphore + x/time/rate over langchaingo", module: "github.com/tmc/langchaingo", base: rawChat, open: openSeed, note: "a goroutine for each request behind a weighted semaphore and a limiter, which is told the limit; no retries"},
	{name: "openai-go", module: "github.com/openai/openai-go/v3", base: rawChat, open: openOpenAIGo, note: "100 retries, after the wait that the provider asks for"},
	{name: "any-llm-go", module: "github.com/mozilla-ai/any-llm-go", base: rawChat, open: openAnyLLM, note: "over an older openai-go with its 2 retries, which it gives no way to change"},
	{name: "fantasy", module: "charm.land/fantasy", base: rawChat, folder: "fantasy", note: "a `LanguageModel` without an agent, over openai-go v3.50.0, for v3.96.0 does not compile with it: a program of its own; its own retry function around each call, 0.5 s between tries"},
	{name: rawMessages, base: rawMessages, open: openRawMessages, note: "written by hand for this request alone; no retries"},
	{name: "llmgate, whole path, Anthropic", base: rawMessages, open: openMessagesGate, note: "as above"},
	{name: "llmgate, provider alone, Anthropic", base: rawMessages, open: openMessagesProvider, note: "`providers/anthropic`"},
	{name: "anthropic-sdk-go", module: "github.com/anthropics/anthropic-sdk-go", base: rawMessages, open: openAnthropicSDK, note: "100 retries, after the wait that the provider asks for"},
}

func peerNamed(name string) (*peer, bool) {
	i := slices.IndexFunc(peers, func(p peer) bool { return p.name == name })
	if i < 0 {
		return nil, false
	}
	return &peers[i], true
}

// opener is for a process that makes one measurement.
func opener(name string) (cell.Open, bool) {
	p, ok := peerNamed(name)
	if !ok || p.open == nil {
		return nil, false
	}
	return p.open, true
}
