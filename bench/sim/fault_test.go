package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// struck sets up one fault, and an answer of ten pieces.
func struck(f sim.Fault) sim.Config {
	return sim.Config{Script: []sim.Fault{f}, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 10)})}
}

// whole is how many events an answer of struck has, with usage.
const whole = 14

// unharmed checks that the next request finds the simulator as ever.
func unharmed(c *caller) {
	c.t.Helper()
	if n := len(c.post(streamed(ask("Next"))).events()); n != whole {
		c.t.Errorf("the stream after has %d events, want %d", n, whole)
	}
}

func TestFaultStatus(t *testing.T) {
	for status, want := range map[int]string{
		400: "invalid_request_error  Invalid request.", 401: "invalid_request_error invalid_api_key Incorrect API key provided.",
		403: "invalid_request_error unsupported_country_region_territory Country, region, or territory not supported",
		429: "requests rate_limit_exceeded Rate limit reached for requests.", 500: "server_error  The server had an error while processing your request. Sorry about that!",
		503: "server_error  That model is currently overloaded with other requests. You can retry your request.",
		599: "server_error  The server had an error while processing your request. Sorry about that!",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			for _, body := range []string{ask("Hello"), streamed(ask("Hello"))} {
				bothWays(t, struck(sim.Fault{Kind: sim.FaultStatus, Status: status, RetryAfter: 1500 * time.Millisecond}), func(c *caller) {
					r := c.post(body)
					e := r.failure()
					if got := e.Type + " " + or(e.Code, "") + " " + e.Message; r.status != status || got != want || e.Param != nil {
						c.t.Errorf("%d %q, want %q", r.status, got, want)
					}
					if r.header.Get("Retry-After") != "2" || r.header.Get("Retry-After-Ms") != "1500" || r.header.Get("Content-Type") != "application/json" {
						c.t.Errorf("header %v", r.header)
					}
					unharmed(c)
				})
			}
		})
	}
}

func TestFaultStatusBody(t *testing.T) {
	bothWays(t, struck(sim.Fault{Kind: sim.FaultStatus, Status: 502, Body: "<html>Bad gateway</html>"}), func(c *caller) {
		r := c.post(ask("Hello"))
		if r.err != nil || r.status != http.StatusBadGateway || string(r.body) != "<html>Bad gateway</html>" || r.header.Get("Retry-After") != "" {
			c.t.Errorf("%d %v %q, error %v", r.status, r.header, r.body, r.err)
		}
		unharmed(c)
	})
}

// A fault's headers are the last word, however they are spelt.
func TestFaultStatusHeader(t *testing.T) {
	f := sim.Fault{Kind: sim.FaultStatus, Status: 429, RetryAfter: time.Second, Body: "slow down", Header: http.Header{"retry-after": {"7"}, "X-Should-Retry": {"true"}, "Content-Type": {"text/plain"}}}
	bothWays(t, struck(f), func(c *caller) {
		r := c.post(ask("Hello"))
		got := []string{r.header.Get("Retry-After"), r.header.Get("Retry-After-Ms"), r.header.Get("X-Should-Retry"), r.header.Get("Content-Type"), string(r.body)}
		if want := []string{"7", "1000", "true", "text/plain", "slow down"}; r.status != 429 || !slices.Equal(got, want) {
			c.t.Errorf("%d %q, want %q", r.status, got, want)
		}
		unharmed(c)
	})
}

func TestFaultReset(t *testing.T) {
	for _, body := range []string{ask("Hello"), streamed(ask("Hello"))} {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultReset}), func(c *caller) {
			if r := c.post(body); !errors.Is(r.err, syscall.ECONNRESET) || r.status != 0 {
				c.t.Errorf("status %d, error %v; want a reset before any status", r.status, r.err)
			}
			unharmed(c)
		})
	}
}

func TestFaultCutWhole(t *testing.T) {
	bothWays(t, struck(sim.Fault{Kind: sim.FaultCut}), func(c *caller) {
		r := c.post(ask("Hello"))
		if !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK {
			c.t.Fatalf("status %d, error %v", r.status, r.err)
		}
		if promised := r.header.Get("Content-Length"); promised != fmt.Sprint(2*len(r.body)) && promised != fmt.Sprint(2*len(r.body)+1) {
			c.t.Errorf("%d bytes of %s came, want half", len(r.body), promised)
		}
		unharmed(c)
	})
}

// afters are places in a stream of struck, with how many events come before the fault.
var afters = map[int]int{0: 0, 1: 1, 5: 5, 11: 11, 12: 12, 1000: 12}

func TestFaultCutStream(t *testing.T) {
	for after, want := range afters {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultCut, After: after}), func(c *caller) {
			r := c.post(streamed(ask("Hello")))
			if !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK {
				c.t.Fatalf("after %d: status %d, error %v", after, r.status, r.err)
			}
			if events, rest := parseEvents(c.t, r.body); len(events) != want || rest != "" {
				c.t.Errorf("after %d: %d events and %q, want %d events", after, len(events), rest, want)
			}
			unharmed(c)
		})
	}
}

// A stall ends when the client leaves, and the client sees what came before.
func TestFaultStall(t *testing.T) {
	for _, body := range []string{ask("Hello"), streamed(ask("Hello"))} {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultStall, After: 3}), func(c *caller) {
			ctx, leave := context.WithCancel(c.t.Context())
			defer leave()
			resp, err := c.open(ctx, http.MethodPost, "chat/completions", body)
			if err != nil {
				c.t.Fatal(err)
			}
			defer resp.Body.Close()
			before := make([]byte, 100) // less than what comes before the stall
			if _, err := io.ReadFull(resp.Body, before); err != nil {
				c.t.Fatal(err)
			}
			leave()
			if rest, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) || strings.Contains(string(rest), "[DONE]") {
				c.t.Errorf("after leaving, %q and error %v", rest, err)
			}
			unharmed(c)
		})
	}
}

// Without a delay a stall lasts for as long as a client is willing to wait.
func TestFaultStallForever(t *testing.T) {
	for body, want := range map[string]string{ask("Hello"): `"role":"assistant"`, streamed(ask("Hello")): `{"content":"abcd"}`} {
		inMemory(t, struck(sim.Fault{Kind: sim.FaultStall, After: 3}), func(c *caller) {
			start := time.Now()
			ctx, cancel := context.WithTimeout(c.t.Context(), 24*time.Hour)
			defer cancel()
			resp, err := c.open(ctx, http.MethodPost, "chat/completions", body)
			if err != nil {
				c.t.Fatal(err)
			}
			defer resp.Body.Close()
			got, err := io.ReadAll(resp.Body)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 24*time.Hour || !strings.Contains(string(got), want) {
				c.t.Errorf("after %v: error %v, %q", time.Since(start), err, got)
			}
		})
	}
}

func TestFaultStallDelay(t *testing.T) {
	for after := range afters {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultStall, After: after, Delay: time.Millisecond}), func(c *caller) {
			if n := len(c.post(streamed(ask("Hello"))).events()); n != whole {
				c.t.Errorf("after %d: %d events, want %d", after, n, whole)
			}
		})
		inMemory(t, struck(sim.Fault{Kind: sim.FaultStall, After: after, Delay: time.Hour}), func(c *caller) {
			headers, lines, _ := watch(c, streamed(ask("Hello")))
			for i, line := range lines {
				if want := map[bool]time.Duration{true: time.Hour}[i >= afters[after]]; line != want || headers != 0 {
					c.t.Errorf("after %d: headers after %v, line %d after %v, want %v", after, headers, i, line, want)
				}
			}
		})
	}
	bothWays(t, struck(sim.Fault{Kind: sim.FaultStall, Delay: time.Millisecond}), func(c *caller) {
		if text := c.post(ask("Hello")).text(); text != strings.Repeat("abcd", 10) {
			c.t.Errorf("text %q", text)
		}
	})
}

func TestFaultMalformed(t *testing.T) {
	for after, want := range afters {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed, After: after}), func(c *caller) {
			events := c.post(streamed(ask("Hello"))).events()
			if len(events) != whole+1 || events[want].Object != "malformed" || events[whole].raw != "[DONE]" {
				c.t.Errorf("after %d: %d events, %v", after, len(events), events)
			}
		})
	}
	bothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed}), func(c *caller) {
		r := c.post(ask("Hello"))
		if r.good(); json.Valid(r.body) || len(r.body) == 0 || r.header.Get("Content-Length") != fmt.Sprint(len(r.body)) {
			c.t.Errorf("header %v, body %s", r.header, r.body)
		}
		unharmed(c)
	})
}

func TestFaultErrorEvent(t *testing.T) {
	const own = `{"error":{"message":"Own words","type":"t","param":null,"code":"c"}}`
	for after, want := range afters {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, After: after, Status: 503}), func(c *caller) {
			r := c.post(streamed(ask("Hello")))
			events := r.events()
			if len(events) != want+1 || decodeError(c.t, []byte(events[want].raw)).Type != "server_error" {
				c.t.Errorf("after %d: %d events, body %s", after, len(events), r.body)
			}
			unharmed(c)
		})
	}
	bothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, Body: own}), func(c *caller) {
		if r := c.post(ask("Hello")); r.status != http.StatusOK || string(r.body) != own {
			c.t.Errorf("%d %s", r.status, r.body)
		}
		unharmed(c)
	})
}

// Dripped is the same, only slow: it comes byte by byte.
func TestFaultDrip(t *testing.T) {
	for _, body := range []string{ask("Hello"), even(ask("Hello"))} {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultDrip}), func(c *caller) {
			dripped := c.post(body)
			dripped.good()
			if want := c.post(body); len(want.body) != len(dripped.body) {
				c.t.Errorf("%s\nwant, but for what is random,\n%s", dripped.body, want.body)
			}
		})
		inMemory(t, struck(sim.Fault{Kind: sim.FaultDrip, Delay: time.Second}), func(c *caller) {
			start := time.Now()
			resp, err := c.open(c.t.Context(), http.MethodPost, "chat/completions", body)
			if err != nil {
				c.t.Fatal(err)
			}
			defer resp.Body.Close()
			for i := range 50 {
				n, err := resp.Body.Read(make([]byte, 100))
				if took := time.Since(start); n != 1 || err != nil || took != time.Duration(i)*time.Second {
					c.t.Fatalf("read %d: %d bytes, error %v, after %v", i, n, err, took)
				}
			}
		})
	}
}
