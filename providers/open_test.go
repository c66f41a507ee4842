package providers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// refused opens a model, which must fail with an error of the class that has all the texts and no secret.
func refused(t *testing.T, name string, class request.Class, texts []string, opts ...providers.Option) {
	t.Helper()
	client, err := providers.Open(t.Context(), name, opts...)
	if client != nil || err == nil || request.Classify(err) != class {
		t.Errorf("%q: got %v and the error %v, of class %q; want class %q", name, client, err, request.Classify(err), class)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q: the error %q does not say %q", name, err, text)
		}
	}
}

func TestOpenRefusesNamesThatAreNone(t *testing.T) {
	for _, name := range []string{"", "openai", "openai/", "sim", "sim/", "gpt-5-mini"} {
		refused(t, name, request.ClassInvalid, []string{`model "` + name + `"`, "write vendor/model, such as openai/gpt-5-mini"}, environment(everything()))
	}
	for _, name := range []string{"/x", "nobody/x", "OpenAI/x", " openai/x", "http://localhost:8000/v1"} {
		vendor, _, _ := strings.Cut(name, "/")
		texts := []string{`no vendor is named "` + vendor + `"`, "openai/"}
		refused(t, name, request.ClassInvalid, append(texts, providers.Names()...), environment(everything()))
	}
}

func TestMissingKeyIsNamed(t *testing.T) {
	for _, h := range providers.Hosts() {
		if h.KeyOptional {
			continue
		}
		vars := everything()
		for _, blank := range []string{"", " \n"} {
			vars[h.KeyVariable] = blank
			refused(t, h.Name+"/m", request.ClassAuth, []string{h.Name + ": ", "no API key: set " + h.KeyVariable}, environment(vars))
		}
	}
}

func TestMissingAddressIsNamed(t *testing.T) {
	for vendor, variable := range map[string]string{"azure": "AZURE_OPENAI_ENDPOINT", "cloudflare": "CLOUDFLARE_ACCOUNT_ID"} {
		vars := everything()
		delete(vars, variable)
		refused(t, vendor+"/m", request.ClassAuth, []string{"no address: set " + variable}, environment(vars))
		refused(t, vendor+"/m", request.ClassAuth, []string{"no address: set " + variable, "no API key: set "}, environment(nil))
		c := send(t, vendor+"/m", question(), environment(vars), providers.WithBaseURL("http://proxy/x"))
		if !strings.HasPrefix(c.url, "http://proxy/x/") {
			t.Errorf("%s with a base URL went to %s", vendor, c.url)
		}
	}
}

func TestBadAddressIsInvalid(t *testing.T) {
	for _, url := range []string{"localhost:8000", "ftp://host/v1", "https://", "http://host/v1/chat/completions"} {
		refused(t, "openai/m", request.ClassInvalid, []string{url}, environment(everything()), providers.WithBaseURL(url))
		vars := everything()
		vars["OPENAI_BASE_URL"] = url
		refused(t, "openai/m", request.ClassInvalid, []string{url}, environment(vars))
	}
}

func TestKeyThatCannotStandInAHeaderIsNotShown(t *testing.T) {
	vars := everything()
	vars["OPENAI_API_KEY"] = "sk-se\ncret"
	_, err := providers.Open(t.Context(), "openai/m", environment(vars))
	if err == nil || strings.Contains(err.Error(), "sk-se") || strings.Contains(err.Error(), "cret") {
		t.Errorf("got %v; want an error without the key", err)
	}
}

func TestAddressOfTheEnvironmentReplacesTheVendors(t *testing.T) {
	for vendor, variable := range map[string]string{"openai": "OPENAI_BASE_URL", "azure": "AZURE_BASE_URL", "vllm": "VLLM_BASE_URL", "ollama": "OLLAMA_BASE_URL"} {
		vars := everything()
		vars[variable] = "http://gateway:9/root/"
		c := send(t, vendor+"/m", question(), environment(vars))
		if !strings.HasPrefix(c.url, "http://gateway:9/root/") || strings.Contains(c.url, "root//") {
			t.Errorf("%s went to %s", vendor, c.url)
		}
		if auth := c.header.Get("Authorization") + c.header.Get("Api-Key"); !strings.Contains(auth, "key-of-"+vendor) {
			t.Errorf("%s sent the key %q", vendor, auth)
		}
		c = send(t, vendor+"/m", question(), environment(vars), providers.WithBaseURL("http://given/v1"))
		if !strings.HasPrefix(c.url, "http://given/v1/") {
			t.Errorf("%s: the given address must win, but it went to %s", vendor, c.url)
		}
	}
	vars := everything()
	vars["OPENAI_BASE_URL"], vars["OPENAI_API_KEY"] = "http://gateway:9", ""
	if c := send(t, "openai/m", question(), environment(vars)); c.header.Get("Authorization") != "" {
		t.Errorf("without a key it sent %q", c.header.Get("Authorization"))
	}
}

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		name string
		opts []providers.Option
		want string
	}{
		{"of the environment", []providers.Option{environment(map[string]string{"OPENAI_API_KEY": " sk-env\n"})}, "Bearer sk-env"},
		{"given", []providers.Option{environment(map[string]string{"OPENAI_API_KEY": "sk-env"}), providers.WithAPIKey("sk-given")}, "Bearer sk-given"},
		{"none, with a base URL", []providers.Option{environment(nil), providers.WithBaseURL("http://localhost:1/v1")}, ""},
		{"of the environment, with a base URL", []providers.Option{environment(map[string]string{"OPENAI_API_KEY": "sk-env"}), providers.WithBaseURL("http://localhost:1/v1")}, "Bearer sk-env"},
	} {
		c := send(t, "openai/m", question(), test.opts...)
		if got := c.header.Get("Authorization"); got != test.want {
			t.Errorf("%s: Authorization is %q, want %q", test.name, got, test.want)
		}
		if _, sent := c.header["Authorization"]; sent && test.want == "" {
			t.Errorf("%s: an empty Authorization was sent", test.name)
		}
	}
}

func TestKeyComesFromTheProcessWithoutGetenv(t *testing.T) {
	t.Setenv("GROQ_API_KEY", "gsk-process")
	c := send(t, "groq/m", question())
	if got := c.header.Get("Authorization"); got != "Bearer gsk-process" {
		t.Errorf("Authorization is %q", got)
	}
}

func TestModelMayContainSlashes(t *testing.T) {
	c := send(t, "openrouter/anthropic/claude-sonnet-4.5:free", question(), environment(everything()))
	if got := string(c.body["model"]); got != `"anthropic/claude-sonnet-4.5:free"` {
		t.Errorf("the model is %s", got)
	}
	c = send(t, "fireworks/accounts/fireworks/models/glm", question(), environment(everything()))
	if got := string(c.body["model"]); got != `"accounts/fireworks/models/glm"` {
		t.Errorf("the model is %s", got)
	}
}

func TestAzure(t *testing.T) {
	const endpoint = "https://resource.openai.azure.com"
	for version, want := range map[string]string{
		"":                   endpoint + "/openai/v1/chat/completions",
		"2024-10-21":         endpoint + "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21",
		"2025-04-01-preview": endpoint + "/openai/deployments/my%20gpt/chat/completions?api-version=2025-04-01-preview",
	} {
		vars := everything()
		vars["OPENAI_API_VERSION"] = version
		c := send(t, "azure/my gpt", question(), environment(vars))
		if c.url != want {
			t.Errorf("version %q went to %s, want %s", version, c.url, want)
		}
		if c.header.Get("Api-Key") != "key-of-azure" || c.header.Get("Authorization") != "" {
			t.Errorf("the headers are %v", c.header)
		}
	}
	vars := everything()
	vars["OPENAI_API_VERSION"] = "2024-10-21"
	if c := send(t, "openai/m", question(), environment(vars)); c.url != "https://api.openai.com/v1/chat/completions" {
		t.Errorf("Azure's version sent OpenAI's request to %s", c.url)
	}
}

func TestResponsesByName(t *testing.T) {
	for name, want := range map[string]string{
		"openai-responses/m": "https://api.openai.com/v1/responses", "azure-responses/m": "https://resource.openai.azure.com/openai/v1/responses",
		"xai-responses/m": "https://api.x.ai/v1/responses", "vllm-responses/org/m": "http://localhost:8000/v1/responses",
	} {
		c := new(capture)
		client, err := providers.Open(t.Context(), name, environment(everything()), providers.WithTransport(c))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Complete(t.Context(), question())
		host, _, _ := strings.Cut(name, "-responses/")
		if err != nil || resp.Provider != host || resp.Content != "yes" || c.url != want || !strings.Contains(c.header.Get("Authorization")+c.header.Get("Api-Key"), "key-of-"+host) {
			t.Errorf("%s: %+v, %v from %s with %v", name, resp, err, c.url, c.header)
		}
	}
	refused(t, "nobody-responses/m", request.ClassInvalid, []string{`no vendor is named "nobody-responses"`}, environment(everything()))
}

func TestSimAnswersWithoutKeyAndNetwork(t *testing.T) {
	synctest.Test(t, simAnswers)
}

func simAnswers(t *testing.T) {
	client, err := providers.Open(t.Context(), "sim/demo", environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Complete(t.Context(), question())
	if err != nil || !strings.Contains(resp.Content, "Is it?") || resp.Provider != "sim" || resp.Model != "demo" {
		t.Errorf("got %+v, %v", resp, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Complete(ctx, question()); !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) {
		t.Errorf("a cancelled call gave %v", err)
	}
}

func TestSimElsewhere(t *testing.T) {
	c := send(t, "sim/demo", question(), environment(nil), providers.WithBaseURL("http://elsewhere:1/v1"))
	if c.url != "http://elsewhere:1/v1/chat/completions" || c.header.Get("Authorization") != "" {
		t.Errorf("went to %s with %v", c.url, c.header)
	}
	c = send(t, "sim/demo", question(), environment(nil), providers.WithAPIKey("k"))
	if c.header.Get("Authorization") != "Bearer k" {
		t.Errorf("the headers are %v", c.header)
	}
	strict, err := sim.New(sim.Config{Models: []string{"only"}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := providers.Open(t.Context(), "sim/other", providers.WithTransport(strict.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Complete(t.Context(), question()); !errors.Is(err, request.ErrNotFound) {
		t.Errorf("the given simulator has no such model, but got %v", err)
	}
}
