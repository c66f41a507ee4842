package providers_test

import (
	"cmp"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// The hosts that differ from the usual compatible server, by what the request to them must look like.
var (
	newLimitField   = []string{"openai", "azure", "cerebras", "github", "groq"} // max_completion_tokens
	noStreamOptions = []string{"cloudflare", "mistral", "perplexity", "zai"}
	reasoningField  = map[string]string{ // where not reasoning_effort
		"alibaba": "enable_thinking", "novita": "enable_thinking",
		"deepseek": "thinking", "moonshot": "thinking", "zai": "thinking",
		"openrouter": "reasoning", "vercel": "reasoning",
	}
)

// big are the vendors that stand first.
var big = []string{"openai", "anthropic", "gemini", "azure"}

// compatible are the hosts that speak OpenAI's Chat Completions.
func compatible() []providers.Host {
	return slices.DeleteFunc(providers.Hosts(), func(h providers.Host) bool { return h.Dialect != providers.ChatCompletions })
}

func TestTableOfHosts(t *testing.T) {
	hosts := providers.Hosts()
	local := slices.IndexFunc(hosts, func(h providers.Host) bool { return h.KeyOptional })
	for i, name := range big {
		if hosts[i].Name != name || local < 0 {
			t.Fatalf("the table begins with %+v, and its local servers at %d", hosts[:len(big)], local)
		}
	}
	var vendors, servers []string
	for i, h := range hosts {
		if h.KeyOptional != (i >= local) {
			t.Errorf("%s stands in the wrong group", h.Name)
		}
		if i >= local {
			servers = append(servers, h.Name)
		} else if i >= len(big) {
			vendors = append(vendors, h.Name)
		}
		checkHost(t, &h, i >= local)
	}
	if !slices.IsSorted(vendors) || !slices.IsSorted(servers) {
		t.Errorf("not sorted: %v, %v", vendors, servers)
	}
	names := slices.Sorted(slices.Values(providers.Names()))
	if len(slices.Compact(slices.Clone(names))) != len(names) || len(names) != len(hosts)+1 || !slices.Contains(names, "sim") {
		t.Errorf("the names are %v", names)
	}
}

func checkHost(t *testing.T, h *providers.Host, local bool) {
	if h.Name != strings.ToLower(h.Name) || strings.ContainsAny(h.Name, "/_ ") || h.KeyVariable == "" || h.KeyVariable != strings.ToUpper(h.KeyVariable) {
		t.Errorf("%+v: the name must be lower case and the variable upper case", h)
	}
	address := os.Expand(h.BaseURL, func(name string) string {
		if name == "AZURE_OPENAI_ENDPOINT" { // a whole address
			return "https://resource.openai.azure.com"
		}
		return "x"
	})
	u, err := url.Parse(address)
	if err != nil || strings.HasSuffix(address, "/") || u.RawQuery != "" || u.Fragment != "" {
		t.Errorf("%s: the base URL %q is no plain address, or ends with a slash (%v)", h.Name, h.BaseURL, err)
		return
	}
	if wrong := u.Scheme != "https"; !local && wrong || local && (u.Scheme != "http" || u.Hostname() != "localhost") {
		t.Errorf("%s: the base URL %q must be https, or http on localhost for a local server", h.Name, h.BaseURL)
	}
}

func TestHostsAreACopy(t *testing.T) {
	providers.Hosts()[0].Name = "changed"
	if got := providers.Hosts()[0].Name; got != "openai" {
		t.Errorf("a caller could rename a host to %s", got)
	}
}

// known addresses, written out so that a change of the table is noticed.
var known = map[string]string{
	"openai":     "https://api.openai.com/v1/chat/completions",
	"azure":      "https://resource.openai.azure.com/openai/v1/chat/completions",
	"cloudflare": "https://api.cloudflare.com/client/v4/accounts/account-7/ai/v1/chat/completions",
	"deepseek":   "https://api.deepseek.com/chat/completions",
	"groq":       "https://api.groq.com/openai/v1/chat/completions",
	"mistral":    "https://api.mistral.ai/v1/chat/completions",
	"ollama":     "http://localhost:11434/v1/chat/completions",
	"openrouter": "https://openrouter.ai/api/v1/chat/completions",
	"vllm":       "http://localhost:8000/v1/chat/completions",
	"xai":        "https://api.x.ai/v1/chat/completions",
}

func TestEveryHostIsReachedWithItsKey(t *testing.T) {
	for _, h := range compatible() {
		c := send(t, h.Name+"/m", question(), environment(everything()))
		want, ok := known[h.Name]
		if !ok {
			want = h.BaseURL + "/chat/completions"
		}
		if c.url != want {
			t.Errorf("%s: sent to %s, want %s", h.Name, c.url, want)
		}
		auth, key := c.header.Get("Authorization"), c.header.Get("Api-Key")
		if h.Name == "azure" {
			auth, key = key, auth
		} else {
			auth = strings.TrimPrefix(auth, "Bearer ")
		}
		if auth != "key-of-"+h.Name || key != "" {
			t.Errorf("%s: sent with %v", h.Name, c.header)
		}
		if !h.KeyOptional {
			continue
		}
		c = send(t, h.Name+"/m", question(), environment(nil))
		if _, sent := c.header["Authorization"]; sent || c.url != want {
			t.Errorf("%s without a key: sent to %s with %v", h.Name, c.url, c.header)
		}
	}
}

func TestEveryHostIsAskedInItsOwnWords(t *testing.T) {
	req := question()
	req.MaxTokens, req.Seed, req.ReasoningEffort = 7, new(int64(3)), request.EffortNone
	req.Tools = []request.Tool{{Name: "look"}}
	req.ToolChoice.Mode = request.ToolRequired
	for _, h := range compatible() {
		c := send(t, h.Name+"/m", req, environment(everything()))
		want := []string{"messages", "model", "stream", "tool_choice", "tools"}
		if slices.Contains(newLimitField, h.Name) {
			want = append(want, "max_completion_tokens")
		} else {
			want = append(want, "max_tokens")
		}
		if !slices.Contains(noStreamOptions, h.Name) {
			want = append(want, "stream_options")
		}
		seed, choice := "seed", `"required"`
		if h.Name == "mistral" {
			seed, choice = "random_seed", `"any"`
		}
		want = append(want, seed, cmp.Or(reasoningField[h.Name], "reasoning_effort"))
		slices.Sort(want)
		if got := c.fields(); !slices.Equal(got, want) {
			t.Errorf("%s: sent %v, want %v", h.Name, got, want)
		}
		if string(c.body[seed]) != "3" || string(c.body["tool_choice"]) != choice || string(c.body["max_tokens"])+string(c.body["max_completion_tokens"]) != "7" {
			t.Errorf("%s: sent %s", h.Name, c.body)
		}
	}
}

// A host without OpenAI's batch API says so before anything is sent.
func TestBatchesOfHosts(t *testing.T) {
	for _, h := range compatible() {
		client, err := providers.Open(t.Context(), h.Name+"/m", environment(everything()))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.(request.Batcher).BatchItemSize(request.BatchItem{ID: "a", Request: request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello?"}}}})
		if (err == nil) != h.Batches || err != nil && !request.IsInvalid(err) {
			t.Errorf("%s: %v", h.Name, err)
		}
	}
}
