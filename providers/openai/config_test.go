package openai_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestConfigFaultsAreReportedTogether(t *testing.T) {
	for says, cfg := range map[string]openai.Config{
		"APIKey is empty":              {},
		"can't stand in a header":      {APIKey: "sk-1\n"},
		"must begin with http":         {BaseURL: "api.openai.com/v1"},
		"must end before /chat/comple": {BaseURL: "https://host/v1/chat/completions/"},
		"not an address":               {BaseURL: "http://a b"},
		"set the endpoint of the Azur": {APIKey: "k", Azure: true},
		"APIVersion is set without":    {APIKey: "k", APIVersion: "2024-10-21"},
		"must end before /responses":   {BaseURL: "https://host/v1/responses"},
		"use chat or responses":        {APIKey: "k", API: "completions"},
		"header; check how it was read; BaseURL \"x\": must begin with http": {APIKey: "ключ", BaseURL: "x"},
	} {
		_, err := openai.New(cfg)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", says, err)
		}
		if err != nil && cfg.APIKey != "" && cfg.APIKey != "k" && strings.Contains(err.Error(), strings.TrimSpace(cfg.APIKey)) {
			t.Errorf("the key shows in %v", err)
		}
	}
}

func TestAddressesAndHeaders(t *testing.T) {
	for _, c := range []struct {
		name   string
		cfg    openai.Config
		model  string
		url    string
		header map[string]string
	}{
		{"OpenAI", openai.Config{APIKey: "k", Model: "m", Organization: "o", Project: "p"}, "", "https://api.openai.com/v1/chat/completions",
			map[string]string{"Authorization": "Bearer k", "Openai-Organization": "o", "Openai-Project": "p", "Content-Type": "application/json", "User-Agent": "llmgate", "Api-Key": ""}},
		{"other server", openai.Config{BaseURL: "http://localhost:8000/v1/", Model: "m"}, "", "http://localhost:8000/v1/chat/completions", map[string]string{"Authorization": ""}},
		{"own headers", openai.Config{BaseURL: "http://h", Model: "m", Header: http.Header{"x-title": {"t"}, "user-agent": {"mine"}}}, "", "http://h/chat/completions",
			map[string]string{"X-Title": "t", "User-Agent": "mine"}},
		{"Azure, deployment", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com", APIVersion: "2024-10-21", Model: "my dep"}, "",
			"https://r.openai.azure.com/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21", map[string]string{"Api-Key": "k", "Authorization": ""}},
		{"Azure, other deployment", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com", APIVersion: "2024-10-21", Model: "a"}, "b",
			"https://r.openai.azure.com/openai/deployments/b/chat/completions?api-version=2024-10-21", nil},
		{"Azure, no default", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com", APIVersion: "2024-10-21"}, "b",
			"https://r.openai.azure.com/openai/deployments/b/chat/completions?api-version=2024-10-21", nil},
		{"Azure v1", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com/", Model: "m"}, "", "https://r.openai.azure.com/openai/v1/chat/completions", map[string]string{"Api-Key": "k"}},
		{"Azure v1 in full", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com/openai/v1/", Model: "m"}, "", "https://r.openai.azure.com/openai/v1/chat/completions", nil},
		{"Azure by token", openai.Config{Azure: true, BaseURL: "https://r.openai.azure.com", Model: "m", Header: http.Header{"Authorization": {"Bearer entra"}}}, "",
			"https://r.openai.azure.com/openai/v1/chat/completions", map[string]string{"Authorization": "Bearer entra", "Api-Key": ""}},
		{"Chat by name", openai.Config{APIKey: "k", Model: "m", API: openai.Chat}, "", "https://api.openai.com/v1/chat/completions", nil},
		{"Responses", openai.Config{APIKey: "k", Model: "m", API: openai.Responses}, "", "https://api.openai.com/v1/responses", map[string]string{"Authorization": "Bearer k"}},
		{"Responses of another server", openai.Config{BaseURL: "http://h/v1/", Model: "m", API: openai.Responses}, "", "http://h/v1/responses", nil},
		{"Responses of Azure", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com", Model: "m", API: openai.Responses}, "x",
			"https://r.openai.azure.com/openai/v1/responses", map[string]string{"Api-Key": "k"}},
		{"Responses of Azure by version", openai.Config{APIKey: "k", Azure: true, BaseURL: "https://r.openai.azure.com", APIVersion: "2025-04-01-preview", API: openai.Responses}, "x",
			"https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			transport := canned.Answer(message(`"content":"a"`, `"stop"`))
			c.cfg.Transport = transport
			if c.cfg.API == openai.Responses {
				transport.Body = shortResponse
			}
			client, err := openai.New(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			req := canned.Ask()
			req.Model = c.model
			if _, err := client.Complete(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			transport.CheckSent(t, c.url, c.header)
		})
	}
}

func TestModelMustBeNamedSomewhere(t *testing.T) {
	canned.CheckModel(t, clientOver(t, canned.Answer(""), func(c *openai.Config) { c.Model = "" }))
}

func TestCountTokensSaysItIsAnEstimate(t *testing.T) {
	client := clientOver(t, canned.Answer(""), nil)
	n, err := client.CountTokens(t.Context(), canned.Ask())
	if err != nil || !n.Estimated || n.Tokens < 4 || n.Tokens > 12 {
		t.Errorf("got %+v, %v", n, err)
	}
	if _, err := client.CountTokens(t.Context(), request.Request{}); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("an empty request: %v", err)
	}
}

func TestCapabilitiesComeFromTheConfiguration(t *testing.T) {
	tested.CheckCapabilities(t, func(can func(string) request.Capabilities) request.Client {
		return clientOver(t, canned.Answer(""), func(c *openai.Config) { c.Capabilities = can })
	})
}
