package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// serve starts a simulator on a port of its own.
func serve(t *testing.T, cfg sim.Config) (url string) {
	t.Helper()
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.URL
}

func TestRunSendsToAServer(t *testing.T) {
	url := serve(t, sim.Config{APIKeys: []string{"sk-right-key-0123456789"}, Models: []string{"served"}})
	prompts := file(t, `{"id":"a","prompt":"x"}`)
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
	}{
		"flags":     {map[string]string{}, []string{"--model", "openai/served", "--base-url", url}},
		"variables": {map[string]string{"LLMGATE_MODEL": "openai/served", "OPENAI_BASE_URL": url}, nil},
		"both":      {map[string]string{"LLMGATE_MODEL": "openai/served", "OPENAI_BASE_URL": "http://elsewhere"}, []string{"--base-url", url}},
		"flag wins": {map[string]string{"LLMGATE_MODEL": "nobody/x"}, []string{"-m", "openai/served", "--base-url", url}},
	} {
		s := newSession()
		s.env = test.env
		s.env["OPENAI_API_KEY"] = "sk-right-key-0123456789"
		s.expect(t, exitOK, append(test.args, "run", prompts)...)
		if got := objects(t, s.out.String()); len(got) != 1 || got[0]["model"] != "served" {
			t.Errorf("%s: got %v", name, got)
		}
		s.saysErr(t, "by openai/served")
		if strings.Contains(s.err.String(), "built-in simulator") {
			t.Errorf("%s: said %s", name, s.err.String())
		}
	}
}

func TestModelOfTheEnvironmentWithoutKey(t *testing.T) {
	s := newSession()
	s.env["LLMGATE_MODEL"] = "groq/x"
	s.expect(t, exitUsage, "run", file(t, `{"prompt":"x"}`))
	s.saysErr(t, "groq: auth: no API key: set GROQ_API_KEY")
}

func TestWrongKeyFailsEveryItemAndShowsNowhere(t *testing.T) {
	url := serve(t, sim.Config{APIKeys: []string{"sk-right-key-0123456789"}})
	for _, key := range []string{"sk-wrong-key-0123456789", "wrongkeywithoutprefix", "short7"} {
		s := newSession()
		s.env["OPENAI_API_KEY"] = key
		s.expect(t, exitFailed, "run", file(t, `{"id":"a","prompt":"x"}`, `{"id":"b","prompt":"y"}`), "--model", "openai/m", "--base-url", url)
		for _, r := range objects(t, s.out.String()) {
			if failure, _ := r["error"].(map[string]any); failure["class"] != "auth" || failure["status"] != 401.0 || failure["code"] != "invalid_api_key" {
				t.Errorf("got %v", r)
			}
		}
		s.saysErr(t, "0 answered, 2 failed (auth 2)", "llmgate: item a: openai: auth (401 invalid_api_key)")
		s.hides(t, key)
		s.expect(t, exitFailed, "chat", "hi", "--model", "openai/m", "--base-url", url)
		s.saysErr(t, "llmgate: openai: auth (401 invalid_api_key)")
		s.hides(t, key)
	}
}

// hides demands that a secret is in no output.
func (s *session) hides(t *testing.T, secret string) {
	t.Helper()
	if strings.Contains(s.out.String()+s.err.String(), secret) {
		t.Errorf("the key is shown:\n%s\n%s", s.out.String(), s.err.String())
	}
}

// A server may repeat what it was sent.
func TestKeyInAnErrorOfTheServerIsRemoved(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Request-Id", "req_1")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"error":{"message":"no access with `+r.Header.Get("Authorization")+`"}}`)
	}))
	defer server.Close()
	s := newSession()
	s.env["OPENAI_API_KEY"] = "opaque.key/of=no+shape"
	s.expect(t, exitFailed, "run", file(t, `{"prompt":"x"}`), "--model", "openai/m", "--base-url", server.URL)
	s.saysErr(t, "permission (403): no access with", "[request req_1]", "1 failed (permission 1)")
	s.hides(t, "opaque.key/of=no+shape")
}

func TestServerThatDoesNotListen(t *testing.T) {
	address := freeAddress(t)
	s := newSession()
	s.expect(t, exitFailed, "run", file(t, `{"id":"a","prompt":"x"}`, `{"id":"b","prompt":"y"}`), "--model", "ollama/x", "--base-url", "http://"+address+"/v1")
	s.saysErr(t, "llmgate: item a: ollama: transient: can't connect to "+address+"; check the base URL and that the server runs", "0 answered, 2 failed (transient 2)")
	if got := objects(t, s.out.String()); len(got) != 2 {
		t.Errorf("got %v", got)
	}
	s.expect(t, exitFailed, "chat", "hi", "--model", "ollama/x", "--base-url", "http://"+address+"/v1")
	s.saysErr(t, "llmgate: ollama: transient: can't connect to "+address)
}

func TestServerThatIsNone(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>It works!</body></html>")
	}))
	defer server.Close()
	s := newSession()
	s.expect(t, exitFailed, "run", file(t, `{"prompt":"x"}`), "--model", "openai/m", "--base-url", server.URL)
	s.saysErr(t, "the server answered with a web page; check the base URL")
}
