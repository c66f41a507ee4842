package cell

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// Exercise shows that a client says what the server says, whole and streamed, so that none is fast because it does less, and
// that it fails where the server refuses.
func Exercise(t *testing.T, open Open, server http.Handler) {
	t.Helper()
	var whole string
	if err := json.Unmarshal([]byte(yardstick.Text()), &whole); err != nil {
		t.Fatal(err)
	}
	client := openFor(t, open, server)
	check(t, "complete", client.Complete, Answer{whole, 21, 220})
	check(t, "stream", client.Stream, Answer{strings.Join(yardstick.Words(), ""), 21, 100})

	refused := openFor(t, open, http.HandlerFunc(refuse))
	for kind, call := range map[string]Ask{"complete": refused.Complete, "stream": refused.Stream} {
		if got, err := call(t.Context()); err == nil {
			t.Errorf("%s: a refused request gave %+v", kind, got)
		}
	}
}

func openFor(t *testing.T, open Open, handler http.Handler) *Client {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	client, err := open(Site{s.URL, 2, unlimited})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func check(t *testing.T, kind string, call Ask, want Answer) {
	t.Helper()
	got, err := call(t.Context())
	if err != nil {
		t.Errorf("%s: %v", kind, err)
		return
	}
	if got != want {
		t.Errorf("%s: %d bytes of text, usage %d and %d, want %d, %d and %d", kind, len(got.Text), got.In, got.Out, len(want.Text), want.In, want.Out)
	}
}

// refuse says no in a way that both dialects understand, and that nobody is to retry.
func refuse(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"type":"error","error":{"type":"invalid_request_error","message":"temperature is out of range","param":"temperature","code":null}}`))
}
