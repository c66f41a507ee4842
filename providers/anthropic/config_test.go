package anthropic_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

func TestConfigFaultsAreReportedTogether(t *testing.T) {
	for says, cfg := range map[string]anthropic.Config{
		"APIKey is empty":                {},
		"can't stand in a header":        {APIKey: "sk-1\n"},
		"must begin with http":           {BaseURL: "api.anthropic.com"},
		"must end before /messages":      {BaseURL: "https://host/v1/messages/"},
		"must end before /publishers":    {BaseURL: "https://host/v1/projects/p/locations/l/publishers/anthropic/models", Platform: anthropic.Vertex},
		"set https://LOCATION-aiplatf":   {APIKey: "k", Platform: anthropic.Vertex},
		"set https://bedrock-runtime":    {APIKey: "k", Platform: anthropic.Bedrock},
		"Platform is unknown":            {APIKey: "k", Platform: 9},
		"Beta holds an entry that is no": {APIKey: "k", Beta: []string{"a b"}},
		"feature's name; give names such as files-api-2025-04-14; APIKey contains a space": {APIKey: "ключ", Beta: []string{""}},
	} {
		_, err := anthropic.New(cfg)
		if !errors.Is(err, request.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", says, err)
		}
		if err != nil && len(cfg.APIKey) > 1 && strings.Contains(err.Error(), strings.TrimSpace(cfg.APIKey)) {
			t.Errorf("the key shows in %v", err)
		}
	}
}

const (
	vertexURL  = "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5"
	bedrockURL = "https://bedrock-runtime.us-east-1.amazonaws.com"
)

func TestAddressesAndHeaders(t *testing.T) {
	for _, c := range []struct {
		name   string
		cfg    anthropic.Config
		model  string
		stream bool
		url    string
		header map[string]string
		body   string // its beginning
	}{
		{"Anthropic", anthropic.Config{APIKey: "k", Model: "claude-sonnet-4-5"}, "", false, "https://api.anthropic.com/v1/messages",
			map[string]string{"X-Api-Key": "k", "Anthropic-Version": "2023-06-01", "Anthropic-Beta": "", "Authorization": "", "Content-Type": "application/json", "User-Agent": "llmgate"},
			`{"model":"claude-sonnet-4-5","max_tokens":64000,"messages"`},
		{"beta and version", anthropic.Config{APIKey: "k", Model: "m", Version: "v", Beta: []string{"a", "b"}}, "", true, "https://api.anthropic.com/v1/messages",
			map[string]string{"Anthropic-Version": "v", "Anthropic-Beta": "a,b"}, `{"model":"m","max_tokens":4096,"stream":true,"messages"`},
		{"other server, with /v1", anthropic.Config{BaseURL: "http://localhost:8000/anthropic/v1/", Model: "m"}, "", false, "http://localhost:8000/anthropic/v1/messages",
			map[string]string{"X-Api-Key": ""}, ""},
		{"by token", anthropic.Config{Model: "m", Header: http.Header{"authorization": {"Bearer o"}}}, "", false, "https://api.anthropic.com/v1/messages",
			map[string]string{"Authorization": "Bearer o", "X-Api-Key": ""}, ""},
		{"Vertex", anthropic.Config{Platform: anthropic.Vertex, BaseURL: vertexURL, Model: "claude-sonnet-4-5@20250929", Beta: []string{"a"}, Header: http.Header{"Authorization": {"Bearer o"}}}, "", false,
			vertexURL + "/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict",
			map[string]string{"Authorization": "Bearer o", "X-Api-Key": "", "Anthropic-Version": "", "Anthropic-Beta": "a"}, `{"anthropic_version":"vertex-2023-10-16","max_tokens":64000,"messages"`},
		{"Vertex, stream, other model", anthropic.Config{Platform: anthropic.Vertex, BaseURL: vertexURL, Model: "a", APIKey: "o"}, "b/c", true,
			vertexURL + "/publishers/anthropic/models/b%2Fc:streamRawPredict", map[string]string{"Authorization": "Bearer o"}, `{"anthropic_version":"vertex-2023-10-16","max_tokens":4096,"stream":true,"messages"`},
		{"Bedrock", anthropic.Config{Platform: anthropic.Bedrock, BaseURL: bedrockURL, APIKey: "o", Beta: []string{"a"}}, "us.anthropic.claude-haiku-4-5-20251001-v1:0", false,
			bedrockURL + "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke", map[string]string{"Authorization": "Bearer o", "Anthropic-Beta": ""},
			`{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["a"],"max_tokens":64000,"messages"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			transport := canned.Answer(whole(`{"type":"text","text":"a"}`, `"end_turn"`))
			if c.cfg.Transport = transport; c.stream {
				transport.Body = textStream
			}
			client, err := anthropic.New(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			req := canned.Ask()
			req.Model = c.model
			if c.stream {
				_, err = canned.Collect(t, client, req)
			} else {
				_, err = client.Complete(t.Context(), req)
			}
			if err != nil {
				t.Fatal(err)
			}
			transport.CheckSent(t, c.url, c.header)
			if !strings.HasPrefix(string(transport.Sent), c.body) {
				t.Errorf("sent %s, want %s…", transport.Sent, c.body)
			}
		})
	}
}

// Bedrock's event stream is not spoken: the answer comes at once, and says so.
func TestBedrockStreamsInOnePiece(t *testing.T) {
	transport := canned.Answer(whole(`{"type":"text","text":"All."}`, `"end_turn"`))
	client := clientOver(t, transport, func(c *anthropic.Config) { c.Platform, c.BaseURL = anthropic.Bedrock, bedrockURL })
	got, err := canned.Collect(t, client, canned.Ask())
	if err != nil || got.Content != "All." || strings.Contains(string(transport.Sent), "stream") {
		t.Fatalf("%+v, %v, sent %s", got, err, transport.Sent)
	}
	if w := got.Last.Warnings; len(w) != 1 || w[0].Field != "stream" {
		t.Errorf("warnings %v", w)
	}
}

func TestModelMustBeNamedSomewhere(t *testing.T) {
	canned.CheckModel(t, clientOver(t, canned.Answer(""), func(c *anthropic.Config) { c.Model = "" }))
}

func TestModelWithoutAPlaceInAnAddress(t *testing.T) {
	client := clientOver(t, canned.Answer(""), func(c *anthropic.Config) { c.Platform, c.BaseURL = anthropic.Vertex, vertexURL })
	req := canned.Ask()
	req.Model = "a\x7f"
	if _, err := client.Complete(t.Context(), req); err == nil {
		t.Error("it was sent")
	}
}

func TestCapabilitiesComeFromTheConfiguration(t *testing.T) {
	tested.CheckCapabilities(t, func(can func(string) request.Capabilities) request.Client {
		return clientOver(t, canned.Answer(""), func(c *anthropic.Config) { c.Capabilities = can })
	})
}
