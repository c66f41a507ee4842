package providers_test

import (
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// witness keeps where requests go on their way to the simulator.
type witness struct {
	http.RoundTripper
	last *http.Request
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.last = r
	return w.RoundTripper.RoundTrip(r)
}

// Every dialect is asked at its vendor's address, with the key where the vendor looks for it.
func TestDialectsByName(t *testing.T) {
	s, err := sim.New(sim.Config{APIKeys: []string{"key-of-openai", "key-of-anthropic", "key-of-gemini", "key-of-ollama"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, provider, url string }{
		{"openai/m", "openai", "https://api.openai.com/v1/chat/completions"},
		{"openai-responses/m", "openai", "https://api.openai.com/v1/responses"},
		{"anthropic/m", "anthropic", "https://api.anthropic.com/v1/messages"},
		{"gemini/m", "gemini", "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"},
		{"langchain:openai/m", "openai", "https://api.openai.com/v1/chat/completions"},
		{"langchain:anthropic/m", "anthropic", "https://api.anthropic.com/v1/messages"},
		{"langchain:ollama/m", "ollama", "http://localhost:11434/api/chat"},
	} {
		w := &witness{RoundTripper: s.Transport()}
		client, err := providers.Open(t.Context(), c.name, environment(everything()), providers.WithTransport(w))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		resp, err := client.Complete(t.Context(), question())
		if err != nil || resp.Content == "" || resp.Provider != c.provider || w.last.URL.String() != c.url {
			t.Errorf("%s: %+v, %v from %v", c.name, resp, err, w.last)
		}
		if streamed, err := request.Collect(client.Stream(t.Context(), question())); err != nil || streamed.Content == "" {
			t.Errorf("%s, streamed: %+v, %v", c.name, streamed, err)
		}
	}
}

// A base URL is written as the vendor's own clients take it, whether langchaingo's packages do so or not.
func TestAddressesOfDialects(t *testing.T) {
	s, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, urls := range map[string][2]string{
		"anthropic/m":           {"http://proxy/x", "http://proxy/x/v1/messages"},
		"gemini/m":              {"http://proxy/v1beta", "http://proxy/v1beta/models/m:generateContent"},
		"langchain:anthropic/m": {"http://proxy", "http://proxy/v1/messages"},
		"langchain:ollama/m":    {"http://proxy/v1/", "http://proxy/api/chat"},
		"langchain:groq/m":      {"http://proxy/v1", "http://proxy/v1/chat/completions"},
	} {
		w := &witness{RoundTripper: s.Transport()}
		client, err := providers.Open(t.Context(), name, environment(nil), providers.WithTransport(w), providers.WithBaseURL(urls[0]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, _ = client.Complete(t.Context(), question())
		if w.last == nil || w.last.URL.String() != urls[1] {
			t.Errorf("%s went to %+v, want %s", name, w.last, urls[1])
		}
	}
}

func TestDialectsThatAVendorDoesNotHave(t *testing.T) {
	for _, name := range []string{"anthropic-responses/m", "gemini-responses/m", "langchain:gemini/m", "langchain:azure/m", "langchain:openai-responses/m", "langchain:/m"} {
		refused(t, name, request.ClassInvalid, []string{"no vendor is named"}, environment(everything()))
	}
}

func TestSecondVariableOfAKey(t *testing.T) {
	s, err := sim.New(sim.Config{APIKeys: []string{"second"}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := providers.Open(t.Context(), "gemini/m", environment(map[string]string{"GOOGLE_API_KEY": "second"}), providers.WithTransport(s.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Complete(t.Context(), question()); err != nil {
		t.Error(err)
	}
}
