package providers_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// capture keeps the last request and answers each with one word.
type capture struct {
	url    string
	header http.Header
	body   map[string]json.RawMessage
}

func (c *capture) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body.Close()
	c.url, c.header, c.body = req.URL.String(), req.Header.Clone(), nil
	if err := json.Unmarshal(body, &c.body); err != nil {
		return nil, err
	}
	answer, kind := `{"choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}]}`, "application/json"
	if string(c.body["stream"]) == "true" {
		answer, kind = `data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n", "text/event-stream"
	}
	if strings.HasSuffix(c.url, "/responses") {
		answer = `{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"yes"}]}]}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {kind}}, Request: req,
		Body: io.NopCloser(strings.NewReader(answer)), ContentLength: int64(len(answer)),
	}, nil
}

// fields are the names in the body, sorted.
func (c *capture) fields() []string { return slices.Sorted(maps.Keys(c.body)) }

// environment is a getenv over a map.
func environment(vars map[string]string) providers.Option {
	return providers.WithGetenv(func(name string) string { return vars[name] })
}

// complete environment for every host.
func everything() map[string]string {
	vars := map[string]string{"AZURE_OPENAI_ENDPOINT": "https://resource.openai.azure.com/", "CLOUDFLARE_ACCOUNT_ID": "account-7"}
	for _, h := range providers.Hosts() {
		vars[h.KeyVariable] = "key-of-" + h.Name
	}
	return vars
}

// send opens a model and sends it a request, both ways; the capture holds the streamed one.
func send(t *testing.T, name string, req request.Request, opts ...providers.Option) *capture {
	t.Helper()
	c := new(capture)
	client, err := providers.Open(t.Context(), name, append(opts, providers.WithTransport(c))...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, ask := range []func(context.Context, request.Request) (*request.Response, error){
		client.Complete,
		func(ctx context.Context, req request.Request) (*request.Response, error) {
			return request.Collect(client.Stream(ctx, req))
		},
	} {
		resp, err := ask(t.Context(), req)
		vendor, _, _ := strings.Cut(name, "/")
		if err != nil || resp.Content != "yes" || resp.Provider != vendor {
			t.Fatalf("%s: got %+v, %v", name, resp, err)
		}
	}
	return c
}

func question() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Is it?"}}}
}
