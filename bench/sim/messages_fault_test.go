package sim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// wholeMessage is how many events a streamed answer of struck has.
const wholeMessage = 16

func (a anthropic) unharmed() {
	a.t.Helper()
	r := a.send(flowing(prompt("Next")))
	if r.settle(); strings.Count(string(r.body), "event: ") != wholeMessage {
		a.t.Errorf("the stream after: %s", r.body)
	}
}

func TestMessagesFaultStatus(t *testing.T) {
	for status, want := range map[int]string{
		400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error", 409: "conflict_error", 413: "request_too_large",
		429: "rate_limit_error", 500: "api_error", 503: "api_error", 504: "timeout_error", 529: "overloaded_error",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			for _, body := range []string{prompt("Hello"), flowing(prompt("Hello"))} {
				anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultStatus, Status: status, RetryAfter: 1500 * time.Millisecond}), func(a anthropic) {
					r := a.send(body)
					if e := r.trouble(); r.status != status || e.Error.Type != want || e.Error.Message == "" {
						a.t.Errorf("%d %s, want %s", r.status, r.body, want)
					}
					if r.header.Get("Retry-After") != "2" || r.header.Get("Retry-After-Ms") != "" {
						a.t.Errorf("header %v", r.header)
					}
					a.unharmed()
				})
			}
		})
	}
}

func TestMessagesFaultReset(t *testing.T) {
	anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultReset}), func(a anthropic) {
		if r := a.send(flowing(prompt("Hello"))); !errors.Is(r.err, syscall.ECONNRESET) || r.status != 0 {
			a.t.Errorf("status %d, error %v; want a reset before any status", r.status, r.err)
		}
		a.unharmed()
	})
}

// messagePlaces are places in a stream of struck, with how many events come before the fault. The last is after the stop
// reason and before the end.
var messagePlaces = map[int]int{0: 0, 1: 1, 4: 4, 13: 13, 14: 14, 15: 15, 1000: 15}

func TestMessagesFaultCut(t *testing.T) {
	for after, want := range messagePlaces {
		anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultCut, After: after}), func(a anthropic) {
			r := a.send(flowing(prompt("Hello")))
			if list, rest := happenings(a.t, r.body); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK || len(list) != want || rest != "" {
				a.t.Errorf("after %d: status %d, error %v, %d events and %q", after, r.status, r.err, len(list), rest)
			}
			a.unharmed()
		})
	}
	anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultCut}), func(a anthropic) {
		if r := a.send(prompt("Hello")); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK || len(r.body) == 0 {
			a.t.Errorf("status %d, error %v, body %s", r.status, r.err, r.body)
		}
		a.unharmed()
	})
}

func TestMessagesFaultStall(t *testing.T) {
	for after := range messagePlaces {
		anthropicInMemory(t, struck(sim.Fault{Kind: sim.FaultStall, After: after, Delay: time.Hour}), func(a anthropic) {
			start := time.Now()
			a.send(flowing(prompt("Hello"))).settle()
			if took := time.Since(start); took != time.Hour {
				a.t.Errorf("after %d: took %v", after, took)
			}
		})
	}
}

func TestMessagesFaultMalformed(t *testing.T) {
	for after, want := range messagePlaces {
		anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed, After: after}), func(a anthropic) {
			r := a.send(flowing(prompt("Hello")))
			r.good()
			if list, _ := happenings(a.t, r.body); len(list) != wholeMessage+1 || list[want].name != "malformed" || list[wholeMessage].name != "message_stop" {
				a.t.Errorf("after %d: %s", after, r.body)
			}
		})
	}
	anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed}), func(a anthropic) {
		if r := a.send(prompt("Hello")); r.status != http.StatusOK || json.Valid(r.body) || len(r.body) == 0 {
			a.t.Errorf("%d %s", r.status, r.body)
		}
		a.unharmed()
	})
}

func TestMessagesFaultErrorEvent(t *testing.T) {
	for after, want := range messagePlaces {
		anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, After: after, Status: 529}), func(a anthropic) {
			r := a.send(flowing(prompt("Hello")))
			r.good()
			list, _ := happenings(a.t, r.body)
			if len(list) != want+1 || list[want].name != "error" || !strings.Contains(list[want].raw, `"error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011`) {
				a.t.Errorf("after %d: %s", after, r.body)
			}
			a.unharmed()
		})
	}
	anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent}), func(a anthropic) {
		if r := a.send(prompt("Hello")); r.status != http.StatusOK || r.trouble().Error.Type != "api_error" {
			a.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestMessagesFaultDrip(t *testing.T) {
	anthropicBothWays(t, struck(sim.Fault{Kind: sim.FaultDrip}), func(a anthropic) {
		if got := a.send(flowing(prompt("Hello"))).settle(); got.text() != strings.Repeat("abcd", 10) {
			a.t.Errorf("%s", got.shape())
		}
	})
	anthropicInMemory(t, struck(sim.Fault{Kind: sim.FaultDrip, Delay: time.Second}), func(a anthropic) {
		start := time.Now()
		r := a.send(flowing(prompt("Hello")))
		if took, last := time.Since(start), len("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"); took != time.Duration(len(r.body)-last)*time.Second {
			a.t.Errorf("%d bytes took %v", len(r.body), took)
		}
	})
}
