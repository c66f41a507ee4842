package main

import (
	"net"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// startSim starts the sim command on a free port and returns its address and how it ended, which comes after an interrupt.
func startSim(t *testing.T, s *session, args ...string) (url string, code <-chan int) {
	t.Helper()
	code = s.start(t, append(args, "sim", "--addr", "127.0.0.1:0")...)
	s.err.waitFor("\n")
	found := regexp.MustCompile(`http://127\.0\.0\.1:\d+/v1`).FindString(s.out.String())
	if found == "" {
		t.Fatalf("no address in %q", s.out.String())
	}
	return found, code
}

func TestSimServesUntilInterrupted(t *testing.T) {
	server := newSession()
	url, ended := startSim(t, server)
	server.saysErr(t, "try: llmgate chat hello --model openai/demo --base-url "+url)
	root := strings.TrimSuffix(url, "/v1")
	if got, want := server.out.String(), "simulated OpenAI API at "+url+" (any key, any model); interrupt to stop\nsimulated Anthropic API at "+root+"\nsimulated Gemini API at "+root+"/v1beta\nsimulated Ollama API at "+root+"\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}

	client := newSession()
	client.expect(t, exitOK, "chat", "hello", "--model", "openai/demo", "--base-url", url)
	if got := client.out.String(); !strings.HasPrefix(got, "Simulated answer to “hello”: ") {
		t.Errorf("printed %q", got)
	}
	client.expect(t, exitOK, "run", file(t, `{"prompt":"x"}`, `{"prompt":"y"}`), "--model", "openai/demo", "--base-url", url)

	server.interrupts <- os.Interrupt
	if got := <-ended; got != exitOK {
		t.Errorf("ended with %d: %s", got, server.err.String())
	}
	server.saysErr(t, "3 requests, 3 answered, 0 rate-limited, 0 faults\n")
	client.expect(t, exitFailed, "chat", "hello", "--model", "openai/demo", "--base-url", url)
}

func TestSimObeysItsFlags(t *testing.T) {
	server := newSession()
	url, ended := startSim(t, server, "--output-tokens", "2", "--rpm", "2", "--seed", "9", "--ttft", "uniform(0,1us)")
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		resp, err := http.Post(url+"/chat/completions", "application/json", strings.NewReader(`{"model":"demo","messages":[{"role":"user","content":"x"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("request %d: status %d, want %d", i, resp.StatusCode, want)
		}
	}
	server.interrupts <- os.Interrupt
	<-ended
	server.saysErr(t, "3 requests, 2 answered, 1 rate-limited, 0 faults\n")
}

func TestFlagsOfSimReachIt(t *testing.T) {
	f := simFlags{
		limitFlags: limitFlags{rpm: 60, tpm: 9000, itpm: 8000, otpm: 700, shape: "sliding", charge: "max", noHeaders: true, countRejected: true},
		batchFlags: batchFlags{delay: time.Minute, window: time.Hour, expired: 0.1, errored: 0.2},
		seed:       7, ttft: "uniform(0,2s)", speed: "40", output: "exp(100)", faults: []string{"cut:0.25", "503:0.5"},
	}
	got, err := f.config()
	want := sim.Config{
		Seed: 7, TTFT: sim.Uniform(0, 2), TokensPerSecond: sim.Constant(40), OutputTokens: sim.Exponential(100),
		Limits:  sim.Limits{RPM: 60, TPM: 9000, ITPM: 8000, OTPM: 700, Shape: sim.Sliding, Charge: sim.ChargeMax, CountRejected: true, HideHeaders: true},
		Batches: sim.Batches{Delay: time.Minute, Window: time.Hour, Expired: 0.1, Errored: 0.2},
		Faults:  []sim.Fault{{Kind: sim.FaultCut, Probability: 0.25, After: 1}, {Kind: sim.FaultStatus, Status: 503, Probability: 0.5, After: 1}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestSimPlaysFaults(t *testing.T) {
	server := newSession()
	url, ended := startSim(t, server, "--fault", "403:1")
	client := newSession()
	client.expect(t, exitFailed, "chat", "hello", "--model", "openai/demo", "--base-url", url)
	client.saysErr(t, "llmgate: openai: permission (403")
	server.interrupts <- os.Interrupt
	<-ended
	server.saysErr(t, "1 requests, 0 answered, 0 rate-limited, 1 faults\n")
}

func TestSimWhosePortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newSession()
	s.expect(t, exitUsage, "sim", "--addr", l.Addr().String())
	s.saysErr(t, l.Addr().String()+": bind: address already in use; choose another with --addr")
}
