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

// wholeGenerate is how many pieces a streamed answer of struck has.
const wholeGenerate = 11

// unharmed checks that the next request finds the simulator as ever.
func (g gemini) unharmed() {
	g.t.Helper()
	if got := g.send(eventwise, query("Next")).merged(); got.pieces != wholeGenerate {
		g.t.Errorf("the stream after has %d pieces", got.pieces)
	}
}

func TestGenerateFaultStatus(t *testing.T) {
	for status, want := range map[int]string{
		400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED", 429: "RESOURCE_EXHAUSTED", 499: "CANCELLED",
		500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED", 599: "UNKNOWN",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			for _, method := range []string{wholly, eventwise, arraywise} {
				geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultStatus, Status: status, RetryAfter: 1500 * time.Millisecond}), func(g gemini) {
					r := g.send(method, query("Hello"))
					e := r.statusOf()
					if retry := e.detail("RetryInfo"); r.status != status || e.Code != status || e.Status != want || retry["retryDelay"] != "1.5s" {
						g.t.Errorf("%d %s, want %s", r.status, r.body, want)
					}
					if array := r.body[0] == '['; array != (method == arraywise) || r.header.Get("Retry-After") != "" {
						g.t.Errorf("%s: header %v, body %s", method, r.header, r.body)
					}
					g.unharmed()
				})
			}
		})
	}
}

// Without a wait there are no details.
func TestGenerateFaultNoWait(t *testing.T) {
	geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultStatus, Status: 429}), func(g gemini) {
		if r := g.send(wholly, query("Hello")); r.status != 429 || r.statusOf().Details != nil {
			g.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestGenerateFaultReset(t *testing.T) {
	geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultReset}), func(g gemini) {
		if r := g.send(eventwise, query("Hello")); !errors.Is(r.err, syscall.ECONNRESET) || r.status != 0 {
			g.t.Errorf("status %d, error %v; want a reset before any status", r.status, r.err)
		}
		g.unharmed()
	})
}

// generatePlaces are places in a stream of struck, with how many pieces come before the fault. The last is before the piece
// that says why it ended.
var generatePlaces = map[int]int{0: 0, 1: 1, 5: 5, 9: 9, 10: 10, 1000: 10}

func TestGenerateFaultCut(t *testing.T) {
	for after, want := range generatePlaces {
		geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultCut, After: after}), func(g gemini) {
			r := g.send(eventwise, query("Hello"))
			if list, rest := occurrences(g.t, r.body); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK || len(list) != want || rest != "" {
				g.t.Errorf("after %d: status %d, error %v, %d events and %q", after, r.status, r.err, len(list), rest)
			}
			g.unharmed()
		})
		geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultCut, After: after}), func(g gemini) {
			r := g.send(arraywise, query("Hello"))
			if n := strings.Count(string(r.body), `"responseId"`); !errors.Is(r.err, io.ErrUnexpectedEOF) || n != want || json.Valid(r.body) {
				g.t.Errorf("after %d: error %v, %d elements", after, r.err, n)
			}
		})
	}
	geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultCut}), func(g gemini) {
		if r := g.send(wholly, query("Hello")); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK || len(r.body) == 0 {
			g.t.Errorf("status %d, error %v, body %s", r.status, r.err, r.body)
		}
		g.unharmed()
	})
}

func TestGenerateFaultStall(t *testing.T) {
	for after := range generatePlaces {
		geminiInMemory(t, struck(sim.Fault{Kind: sim.FaultStall, After: after, Delay: time.Hour}), func(g gemini) {
			start := time.Now()
			if got := g.send(arraywise, query("Hello")).merged(); time.Since(start) != time.Hour || got.pieces != wholeGenerate {
				g.t.Errorf("after %d: %d pieces took %v", after, got.pieces, time.Since(start))
			}
		})
	}
}

func TestGenerateFaultMalformed(t *testing.T) {
	for after, want := range generatePlaces {
		geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed, After: after}), func(g gemini) {
			r := g.send(eventwise, query("Hello"))
			r.good()
			if list, _ := occurrences(g.t, r.body); len(list) != wholeGenerate+1 || json.Valid([]byte(list[want])) || !strings.Contains(list[wholeGenerate], `"finishReason":"STOP"`) {
				g.t.Errorf("after %d: %s", after, r.body)
			}
		})
	}
	for _, method := range []string{wholly, arraywise} {
		geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed}), func(g gemini) {
			if r := g.send(method, query("Hello")); r.status != http.StatusOK || r.err != nil || json.Valid(r.body) || len(r.body) == 0 {
				g.t.Errorf("%d %s", r.status, r.body)
			}
			g.unharmed()
		})
	}
}

func TestGenerateFaultErrorEvent(t *testing.T) {
	for after, want := range generatePlaces {
		for _, method := range []string{eventwise, arraywise} {
			geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, After: after, Status: 503}), func(g gemini) {
				r := g.send(method, query("Hello"))
				list := r.pieces()
				if len(list) != want+1 || readStatus(g.t, list[want].raw).Status != "UNAVAILABLE" {
					g.t.Errorf("after %d: %s", after, r.body)
				}
				g.unharmed()
			})
		}
	}
	geminiBothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent}), func(g gemini) {
		if r := g.send(wholly, query("Hello")); r.status != http.StatusOK || r.statusOf().Status != "INTERNAL" {
			g.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestGenerateFaultDrip(t *testing.T) {
	for _, method := range []string{wholly, eventwise, arraywise} {
		geminiInMemory(t, struck(sim.Fault{Kind: sim.FaultDrip, Delay: time.Second}), func(g gemini) {
			start := time.Now()
			r := g.send(method, query("Hello"))
			got, took := r.merged(), time.Since(start)
			if got.said[0] != strings.Repeat("abcd", 10)+"→STOP" || took < time.Duration(len(r.body)/2)*time.Second || took >= time.Duration(len(r.body))*time.Second {
				g.t.Errorf("%s: %q, %d bytes took %v", method, got.said, len(r.body), took)
			}
		})
	}
}
