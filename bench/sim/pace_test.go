package sim_test

import (
	"bufio"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	firstToken = 300 * time.Millisecond
	eachToken  = 50 * time.Millisecond
)

// atPace answers with the first token after firstToken and another each eachToken.
func atPace(a sim.Answer) sim.Config {
	return sim.Config{TTFT: sim.Constant(firstToken.Seconds()), TokensPerSecond: sim.Constant(1 / eachToken.Seconds()), Respond: says(a)}
}

// watch sends a request and tells when the headers came and when each line of data.
func watch(c *caller, body string) (headers time.Duration, lines []time.Duration, events []event) {
	c.t.Helper()
	start := time.Now()
	resp, err := c.open(c.t.Context(), http.MethodPost, "chat/completions", body)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	headers = time.Since(start)
	scanner := bufio.NewScanner(resp.Body)
	for scanner.Scan() {
		if scanner.Text() == "" {
			continue
		}
		list, _ := parseEvents(c.t, []byte(scanner.Text()+"\n\n"))
		lines, events = append(lines, time.Since(start)), append(events, list...)
	}
	if scanner.Err() != nil {
		c.t.Fatal(scanner.Err())
	}
	return headers, lines, events
}

// at is when the nth token comes, counted from 1.
func at(n int) time.Duration { return firstToken + time.Duration(n-1)*eachToken }

func TestPaceStream(t *testing.T) {
	call := sim.ToolCall{Name: "f", Arguments: "12345678"} // a head of 5 tokens and arguments of 2
	for name, tt := range map[string]struct {
		answer sim.Answer
		more   string
		want   []int // the token with which each line comes
	}{
		"text":      {sim.Answer{Text: "abcdefghijkl"}, `"n":1`, []int{1, 1, 2, 3, 3, 3, 3}},
		"one token": {sim.Answer{Text: "abc"}, `"n":1`, []int{1, 1, 1, 1, 1}},
		"nothing":   {sim.Answer{}, `"n":1`, []int{1, 1, 1, 1}},
		"thinking":  {sim.Answer{Text: "abcdefgh"}, `"reasoning_effort":"minimal"`, []int{16, 17, 18, 18, 18, 18}},
		"calls":     {sim.Answer{Text: "abcd", ToolCalls: []sim.ToolCall{call, call}}, `"n":1`, []int{1, 1, 6, 11, 12, 13, 14, 15, 15, 15, 15}},
		"choices":   {sim.Answer{Text: "abcdefgh"}, `"n":2`, []int{1, 1, 2, 2, 2, 2, 2, 2, 2, 2}},
		"cut short": {sim.Answer{Text: "abcdefghijkl"}, `"max_tokens":2`, []int{1, 1, 2, 2, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, atPace(tt.answer), func(c *caller) {
				headers, lines, events := watch(c, streamed(ask("Go", tt.more)))
				if headers != firstToken {
					c.t.Errorf("headers after %v, want %v", headers, firstToken)
				}
				var want []time.Duration
				for _, n := range tt.want {
					want = append(want, at(n))
				}
				if !slices.Equal(lines, want) {
					c.t.Errorf("chunks %q at\n%v, want\n%v", deltas(c.t, events), lines, want)
				}
				// The whole answer takes as long as the stream of it.
				if headers, _, _ := watchWhole(c, ask("Go", tt.more)); headers != want[len(want)-1] {
					c.t.Errorf("the whole answer after %v, want %v", headers, want[len(want)-1])
				}
			})
		})
	}
}

func watchWhole(c *caller, body string) (time.Duration, int, string) {
	c.t.Helper()
	start := time.Now()
	r := c.post(body)
	u := r.complete().Usage
	return time.Since(start), u.Completion, string(r.body)
}

// Without times, everything comes at once.
func TestPaceAtOnce(t *testing.T) {
	inMemory(t, sim.Config{OutputTokens: sim.Constant(10_000)}, func(c *caller) {
		headers, lines, _ := watch(c, streamed(ask("Go")))
		if headers != 0 || lines[len(lines)-1] != 0 || len(lines) < 10_000 {
			c.t.Errorf("headers after %v, the last of %d lines after %v", headers, len(lines), lines[len(lines)-1])
		}
	})
}

// Speeds beyond reason end in a long wait, not in none.
func TestPaceSlowest(t *testing.T) {
	cfg := sim.Config{TokensPerSecond: sim.Constant(1e-300), Respond: says(sim.Answer{Text: "abcdefgh"})}
	inMemory(t, cfg, func(c *caller) {
		start := time.Now()
		c.post(ask("Go")).good()
		if got := time.Since(start); got < 365*24*time.Hour {
			c.t.Errorf("an answer after %v", got)
		}
	})
}

// The speed is that of the answer made up, too, and many at once don't slow each other.
func TestPaceInvented(t *testing.T) {
	inMemory(t, sim.Config{TTFT: sim.Constant(1), TokensPerSecond: sim.Constant(10)}, func(c *caller) {
		took, tokens, body := watchWhole(c, ask("Go"))
		if want := time.Second + time.Duration(tokens-1)*time.Second/10; took != want {
			c.t.Errorf("%d tokens took %v, want %v: %s", tokens, took, want, body)
		}
		start := time.Now()
		recordAtOnce(c, []string{ask("a", `"max_tokens":5`), ask("b", `"max_tokens":5`), ask("c", `"max_tokens":5`)})
		if got := time.Since(start); got != 1400*time.Millisecond {
			c.t.Errorf("three at once took %v, want 1.4s", got)
		}
	})
}

func TestPaceErrors(t *testing.T) {
	inMemory(t, atPace(sim.Answer{Text: strings.Repeat("x", 100)}), func(c *caller) {
		start := time.Now()
		c.post(talk())
		c.do(http.MethodGet, "models", "")
		if got := time.Since(start); got != 0 {
			c.t.Errorf("refusals took %v", got)
		}
	})
}
