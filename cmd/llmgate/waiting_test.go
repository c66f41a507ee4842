package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is not sent when a run is interrupted is not waited for: the rest of a rate limit may take hours, a model that is down for ever.
func TestAnInterruptDoesNotWaitForWhatIsNotSent(t *testing.T) {
	for name, test := range map[string]struct {
		flags []string
		reply http.HandlerFunc
	}{
		"a limit of its own": {[]string{"--rpm", "1"}, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"done"},"finish_reason":"stop"}]}`)
		}},
		"a wait that was asked for": {nil, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}},
		"a model that is down": {nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }},
	} {
		for _, kept := range []bool{true, false} {
			arrived := make(chan struct{}, 1000)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				test.reply(w, r)
				arrived <- struct{}{}
			}))
			s := newSession()
			s.env["OPENAI_API_KEY"] = "key"
			out := filepath.Join(t.TempDir(), "out")
			args := append([]string{"run", distinct(t), "--model", "openai/m", "--base-url", server.URL + "/v1"}, test.flags...)
			if kept {
				args = append(args, "-o", out)
			}
			code := s.start(t, args...)
			<-arrived
			s.interrupts <- os.Interrupt
			if got := <-code; got != exitInterrupted {
				t.Errorf("%s, kept %t: ended with %d: %s", name, kept, got, s.err.String())
			}
			if strings.Contains(s.err.String()+s.out.String(), "canceled") {
				t.Errorf("%s, kept %t: wrote %q and said %s", name, kept, s.out.String(), s.err.String())
			}
			if _, err := os.Stat(out + ".failed.jsonl"); kept && err == nil {
				t.Errorf("%s: what was not sent became failures: %s", name, contents(t, out+".failed.jsonl"))
			}
			server.Close()
		}
	}
}
