package sim_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// wholeResponse is how many events a streamed answer of struck has.
const wholeResponse = 18

// steady checks that the next request finds the simulator as ever.
func (c *caller) steady() {
	c.t.Helper()
	r := c.respond(flowing(inquire("Next")))
	if r.unfolded(); strings.Count(string(r.body), "event: ") != wholeResponse {
		c.t.Errorf("the stream after: %s", r.body)
	}
}

func TestResponsesFaultStatus(t *testing.T) {
	for _, body := range []string{inquire("Hello"), flowing(inquire("Hello"))} {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultStatus, Status: 503, RetryAfter: 1500 * time.Millisecond}), func(c *caller) {
			r := c.respond(body)
			if e := r.failure(); r.status != 503 || e.Type != "server_error" || r.header.Get("Retry-After") != "2" || r.header.Get("Retry-After-Ms") != "1500" {
				c.t.Errorf("%d %v %s", r.status, r.header, r.body)
			}
			c.steady()
		})
	}
}

func TestResponsesFaultReset(t *testing.T) {
	bothWays(t, struck(sim.Fault{Kind: sim.FaultReset}), func(c *caller) {
		if r := c.respond(flowing(inquire("Hello"))); !errors.Is(r.err, syscall.ECONNRESET) || r.status != 0 {
			c.t.Errorf("status %d, error %v; want a reset before any status", r.status, r.err)
		}
		c.steady()
	})
}

// responsePlaces are places in a stream of struck, with how many events come before the fault. The last is before the event
// that ends the response.
var responsePlaces = map[int]int{0: 0, 1: 1, 2: 2, 9: 9, 16: 16, 17: 17, 1000: 17}

func TestResponsesFaultCut(t *testing.T) {
	for after, want := range responsePlaces {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultCut, After: after}), func(c *caller) {
			r := c.respond(flowing(inquire("Hello")))
			if list, rest := signals(c.t, r.body); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK || len(list) != want || rest != "" {
				c.t.Errorf("after %d: status %d, error %v, %d events and %q", after, r.status, r.err, len(list), rest)
			}
			c.steady()
		})
	}
	bothWays(t, struck(sim.Fault{Kind: sim.FaultCut}), func(c *caller) {
		if r := c.respond(inquire("Hello")); !errors.Is(r.err, io.ErrUnexpectedEOF) || r.status != http.StatusOK || len(r.body) == 0 {
			c.t.Errorf("status %d, error %v, body %s", r.status, r.err, r.body)
		}
		c.steady()
	})
}

func TestResponsesFaultStall(t *testing.T) {
	for after := range responsePlaces {
		inMemory(t, struck(sim.Fault{Kind: sim.FaultStall, After: after, Delay: time.Hour}), func(c *caller) {
			start := time.Now()
			c.respond(flowing(inquire("Hello"))).unfolded()
			if took := time.Since(start); took != time.Hour {
				c.t.Errorf("after %d: took %v", after, took)
			}
		})
	}
}

func TestResponsesFaultMalformed(t *testing.T) {
	for after, want := range responsePlaces {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed, After: after}), func(c *caller) {
			r := c.respond(flowing(inquire("Hello")))
			r.good()
			if list, _ := signals(c.t, r.body); len(list) != wholeResponse+1 || list[want].name != "malformed" || list[wholeResponse].name != "response.completed" {
				c.t.Errorf("after %d: %s", after, r.body)
			}
		})
	}
	bothWays(t, struck(sim.Fault{Kind: sim.FaultMalformed}), func(c *caller) {
		if r := c.respond(inquire("Hello")); r.status != http.StatusOK || json.Valid(r.body) || len(r.body) == 0 {
			c.t.Errorf("%d %s", r.status, r.body)
		}
		c.steady()
	})
}

// What breaks on the server fails the response; any other error is an event of its own.
func TestResponsesFaultErrorEvent(t *testing.T) {
	for after, want := range responsePlaces {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, After: after, Status: 500}), func(c *caller) {
			r := c.respond(flowing(inquire("Hello")))
			list, _ := signals(c.t, r.body)
			if len(list) != want+1 {
				c.t.Fatalf("after %d: %s", after, r.body)
			}
			last := list[want]
			if last.name != "response.failed" || last.Response.Status != "failed" || last.Response.Error == nil || last.Response.Error.Code != "server_error" || last.Response.Error.Message == "" || *last.Sequence != want || last.Response.ID == "" {
				c.t.Errorf("after %d: %s", after, last.raw)
			}
			c.steady()
		})
		bothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, After: after, Status: 429}), func(c *caller) {
			list, _ := signals(c.t, c.respond(flowing(inquire("Hello"))).body)
			if last := list[len(list)-1]; len(list) != want+1 || last.name != "error" || last.Error == nil || last.Error.Type != "requests" || or(last.Error.Code, "") != "rate_limit_exceeded" || *last.Sequence != want {
				c.t.Errorf("after %d: %s", after, last.raw)
			}
			c.steady()
		})
	}
}

// An event of one's own, or what is no error at all, goes out as it is.
func TestResponsesFaultErrorEventBody(t *testing.T) {
	for body, want := range map[string]string{
		`{"type":"error","code":"c","message":"flat","param":null,"sequence_number":3}`: "event: error\ndata: {\"type\":\"error\",\"code\":\"c\",\"message\":\"flat\",\"param\":null,\"sequence_number\":3}\n\n",
		`{"type":"response.failed"}`: "event: response.failed\ndata: {\"type\":\"response.failed\"}\n\n",
		`oops`:                       "event: error\ndata: oops\n\n",
	} {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent, Body: body}), func(c *caller) {
			if r := c.respond(flowing(inquire("Hello"))); string(r.body) != want {
				c.t.Errorf("%q, want %q", r.body, want)
			}
		})
	}
	bothWays(t, struck(sim.Fault{Kind: sim.FaultErrorEvent}), func(c *caller) {
		if r := c.respond(inquire("Hello")); r.status != http.StatusOK || r.failure().Type != "server_error" {
			c.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestResponsesFaultDrip(t *testing.T) {
	for _, body := range []string{inquire("Hello"), flowing(inquire("Hello"))} {
		inMemory(t, struck(sim.Fault{Kind: sim.FaultDrip, Delay: time.Second}), func(c *caller) {
			start := time.Now()
			r := c.respond(body)
			took := time.Since(start)
			var got response
			if strings.Contains(body, "stream") {
				got = r.unfolded()
			} else {
				got = r.responded()
			}
			if want := "message completed: output_text " + strings.Repeat("abcd", 10) + " → completed"; got.shape() != want || took < time.Duration(len(r.body)/2)*time.Second || took >= time.Duration(len(r.body))*time.Second {
				c.t.Errorf("%s, %d bytes took %v", got.shape(), len(r.body), took)
			}
		})
	}
}
