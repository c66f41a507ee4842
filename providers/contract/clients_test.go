package contract_test

import (
	"testing"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// address is the simulator's, wherever the transport takes it.
const address = "http://simulator.example"

// client is one to be held to the contract.
type client struct {
	name     string
	open     contract.Open
	features contract.Features
}

// clients are all of them, in the order of the table.
var clients = []client{
	{"openai (chat)", openChat, contract.Features{
		Errors: []string{"openai", "compatible"},
		Lacks: map[contract.Feature]string{
			contract.ToolImages:    "Chat Completions takes only text from tools",
			contract.CacheMarks:    "OpenAI caches prefixes by itself; compatible hosts that take marks are described by quirks",
			contract.Reasoning:     "Chat Completions shows no reasoning; compatible hosts that do are described by quirks",
			contract.ReasoningBack: "Chat Completions has no place for reasoning; compatible hosts that have one are described by quirks",
		},
	}},
	{"openai (responses)", openResponses, contract.Features{
		Errors: []string{"openai"},
		Lacks: map[contract.Feature]string{
			contract.Stop:       "the API has no stop texts",
			contract.Audio:      "the API takes no sound",
			contract.CacheMarks: "OpenAI caches prefixes by itself",
			contract.Reasoning:  "the API encrypts reasoning; a summary has to be asked for with Extra",
		},
	}},
	{"anthropic", openAnthropic, contract.Features{
		Errors: []string{"anthropic"},
		Lacks: map[contract.Feature]string{
			contract.Audio: "the API takes no sound",
		},
	}},
	{"gemini", openGemini, contract.Features{
		Errors: []string{"gemini"},
		Lacks: map[contract.Feature]string{
			contract.OneCall:      "the API can't forbid parallel calls",
			contract.CacheMarks:   "the API caches by itself, or by a name for what was cached",
			contract.LimitHeaders: "the API states its limits only when one is reached",
		},
	}},
	{"langchain: openai", openLangchain(langchain.OpenAI, "/v1"), contract.Features{
		Errors: []string{"openai", "compatible"},
		Lacks: map[contract.Feature]string{
			contract.PDF:           "langchaingo's package sends no files",
			contract.Audio:         "langchaingo's package sends no sound",
			contract.ToolImages:    "langchaingo has only text for what tools answer",
			contract.CacheMarks:    "OpenAI caches prefixes by itself",
			contract.Reasoning:     "Chat Completions shows no reasoning",
			contract.ReasoningBack: "Chat Completions has no place for reasoning",
		},
	}},
	{"langchain: anthropic", openLangchain(langchain.Anthropic, "/v1"), contract.Features{
		Errors: []string{"anthropic"},
		Lacks: map[contract.Feature]string{
			contract.ImageURL:      "langchaingo's package sends images as bytes only",
			contract.PDF:           "langchaingo's package sends no files",
			contract.Audio:         "the API takes no sound",
			contract.ToolImages:    "langchaingo has only text for what tools answer",
			contract.ReasoningBack: "langchaingo has no place for reasoning",
		},
	}},
	{"langchain: ollama", openLangchain(langchain.Ollama, ""), contract.Features{
		Errors: []string{"ollama"},
		Lacks: map[contract.Feature]string{
			contract.ImageURL:      "langchaingo's package sends images as bytes only",
			contract.PDF:           "langchaingo's package sends no files",
			contract.Audio:         "langchaingo's package sends no sound",
			contract.Tools:         "langchaingo's package sends no tools",
			contract.CacheMarks:    "Ollama caches by itself",
			contract.ReasoningBack: "langchaingo has no place for reasoning",
			contract.Refusals:      "the API has no word for a refusal",
			contract.LimitHeaders:  "Ollama has no rate limits",
		},
	}},
	{"fake", openFake, contract.Features{
		Lacks: map[contract.Feature]string{
			contract.Wire:   "a fake has no wire",
			contract.Errors: "a fake's errors are those of its script",
		},
	}},
}

// TestClients holds every client to the contract, and docs/providers.md to what came of it.
func TestClients(t *testing.T) {
	var reports []contract.Report
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			reports = append(reports, contract.Exercise(t, c.name, c.open, c.features))
		})
	}
	checkDocument(t, contract.Table(reports...))
}

func openChat(t testing.TB, p *contract.Provider) request.Client { return openAI(t, p, openai.Chat) }

func openResponses(t testing.TB, p *contract.Provider) request.Client {
	return openAI(t, p, openai.Responses)
}

func openAI(t testing.TB, p *contract.Provider, api openai.API) request.Client {
	client, err := openai.New(openai.Config{
		APIKey: contract.Key, API: api, BaseURL: address + "/v1", Model: contract.Model, Transport: p.Transport,
		FirstByteTimeout: p.FirstByteTimeout, IdleTimeout: p.IdleTimeout, Capabilities: p.Capabilities,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func openAnthropic(t testing.TB, p *contract.Provider) request.Client {
	client, err := anthropic.New(anthropic.Config{
		APIKey: contract.Key, BaseURL: address, Model: contract.Model, Transport: p.Transport,
		FirstByteTimeout: p.FirstByteTimeout, IdleTimeout: p.IdleTimeout, Capabilities: p.Capabilities,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func openGemini(t testing.TB, p *contract.Provider) request.Client {
	client, err := gemini.New(gemini.Config{
		APIKey: contract.Key, BaseURL: address + "/v1beta", Model: contract.Model, Transport: p.Transport,
		FirstByteTimeout: p.FirstByteTimeout, IdleTimeout: p.IdleTimeout, Capabilities: p.Capabilities,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func openLangchain(make func(langchain.Config) (request.Client, error), path string) contract.Open {
	return func(t testing.TB, p *contract.Provider) request.Client {
		client, err := make(langchain.Config{
			APIKey: contract.Key, BaseURL: address + path, Model: contract.Model, Transport: p.Transport,
			FirstByteTimeout: p.FirstByteTimeout, IdleTimeout: p.IdleTimeout, Capabilities: p.Capabilities,
		})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
}
