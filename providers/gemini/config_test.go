package gemini_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

func TestConfigFaultsAreReportedTogether(t *testing.T) {
	for says, cfg := range map[string]gemini.Config{
		"APIKey is empty":               {},
		"can't stand in a header":       {APIKey: "AIza1\n"},
		"must begin with http":          {BaseURL: "generativelanguage.googleapis.com"},
		"must end before /models":       {BaseURL: "https://host/v1beta/models/"},
		"must end before :generateCont": {BaseURL: "https://host/v1beta/models/m:generateContent"},
		"must not have a query":         {BaseURL: "https://host/v1beta?key=AIzaSecret"},
		"must not hold a password":      {BaseURL: "https://user:hunter2secret@host/v1"},
		"the model has no place":        {APIKey: "k", Model: "a/../b"},
		"header; check how it was read; BaseURL \"x\": must begin with http": {APIKey: "ключ", BaseURL: "x"},
	} {
		_, err := gemini.New(cfg)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", says, err)
		}
		for _, secret := range []string{strings.TrimSpace(cfg.APIKey), "AIzaSecret", "hunter2secret"} {
			if err != nil && len(secret) > 1 && strings.Contains(err.Error(), secret) {
				t.Errorf("a secret shows in %v", err)
			}
		}
	}
}

func TestAddressesAndHeaders(t *testing.T) {
	const google = "https://generativelanguage.googleapis.com/v1beta"
	for _, c := range []struct {
		name   string
		cfg    gemini.Config
		model  string
		url    string // without the method
		header map[string]string
	}{
		{"Gemini API", gemini.Config{APIKey: "k", Model: "m"}, "", google + "/models/m",
			map[string]string{"X-Goog-Api-Key": "k", "Authorization": "", "Content-Type": "application/json", "User-Agent": "llmgate"}},
		{"another model", gemini.Config{APIKey: "k", Model: "m"}, "n", google + "/models/n", nil},
		{"no default model", gemini.Config{APIKey: "k"}, "n", google + "/models/n", nil},
		{"full name", gemini.Config{APIKey: "k"}, "models/n", google + "/models/n", nil},
		{"tuned", gemini.Config{APIKey: "k"}, "tunedModels/n", google + "/tunedModels/n", nil},
		{"odd name", gemini.Config{APIKey: "k"}, "a b?c%d#e", google + "/models/a%20b%3Fc%25d%23e", nil},
		{"proxy", gemini.Config{BaseURL: "http://localhost:8080/gem%2Fini/", Model: "m"}, "", "http://localhost:8080/gem/ini/models/m", map[string]string{"X-Goog-Api-Key": ""}},
		{"Vertex AI", gemini.Config{BaseURL: vertexURL, Model: "m", Header: http.Header{"authorization": {"Bearer t"}, "user-agent": {"mine"}}}, "",
			vertexURL + "/models/m", map[string]string{"Authorization": "Bearer t", "X-Goog-Api-Key": "", "User-Agent": "mine"}},
		{"Vertex AI, endpoint", gemini.Config{BaseURL: "https://l-aiplatform.googleapis.com/v1/projects/p/locations/l"}, "endpoints/7",
			"https://l-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/7", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for method, call := range map[string]func(*gemini.Client, request.Request) error{
				":generateContent": func(client *gemini.Client, req request.Request) error {
					_, err := client.Complete(t.Context(), req)
					return err
				},
				":streamGenerateContent?alt=sse": func(client *gemini.Client, req request.Request) error {
					_, err := canned.Collect(t, client, req)
					return err
				},
				":countTokens": func(client *gemini.Client, req request.Request) error {
					_, err := client.CountTokens(t.Context(), req)
					return err
				},
			} {
				body := `{"totalTokens":1,` + answer(`{"text":"a"}`, "STOP")[1:]
				transport := canned.Answer(body)
				c.cfg.Transport = transport
				client, err := gemini.New(c.cfg)
				if err != nil {
					t.Fatal(err)
				}
				req := canned.Ask()
				req.Model = c.model
				if err := call(client, req); err != nil {
					t.Fatal(err)
				}
				transport.CheckSent(t, c.url+method, c.header)
			}
		})
	}
}

func TestModelMustBeNamedSomewhere(t *testing.T) {
	canned.CheckModel(t, clientOver(t, canned.Answer(""), func(c *gemini.Config) { c.Model = "" }))
}

func TestCapabilitiesComeFromTheConfiguration(t *testing.T) {
	tested.CheckCapabilities(t, func(can func(string) request.Capabilities) request.Client {
		return clientOver(t, canned.Answer(""), func(c *gemini.Config) { c.Capabilities = can })
	})
}
