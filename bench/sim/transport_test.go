package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestTransportCancelBeforeHeaders(t *testing.T) {
	for _, body := range []string{ask("Hello"), streamed(ask("Hello"))} {
		inMemory(t, sim.Config{TTFT: sim.Constant(3600)}, func(c *caller) {
			start := time.Now()
			ctx, cancel := context.WithCancel(c.t.Context())
			time.AfterFunc(time.Minute, cancel)
			if _, err := c.open(ctx, http.MethodPost, "chat/completions", body); !errors.Is(err, context.Canceled) {
				c.t.Errorf("error %v, want %v", err, context.Canceled)
			}
			ctx, cancel = context.WithTimeout(c.t.Context(), time.Minute)
			defer cancel()
			if _, err := c.open(ctx, http.MethodPost, "chat/completions", body); !errors.Is(err, context.DeadlineExceeded) {
				c.t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
			}
			if took, st := time.Since(start), c.sim.Stats(); took != 2*time.Minute || st.InFlight != 0 {
				c.t.Errorf("after %v, %d in flight; want 2m0s and none", took, st.InFlight)
			}
		})
	}
}

func TestTransportCancelled(t *testing.T) {
	bothWays(t, sim.Config{TTFT: sim.Constant(3600)}, func(c *caller) {
		ctx, cancel := context.WithCancel(c.t.Context())
		cancel()
		if _, err := c.open(ctx, http.MethodPost, "chat/completions", ask("Hello")); !errors.Is(err, context.Canceled) {
			c.t.Errorf("error %v, want %v", err, context.Canceled)
		}
	})
}

// A client that leaves while the model thinks is let go at once, and the handler with it.
func TestTransportCancelThinking(t *testing.T) {
	arrived := make(chan struct{}, 1)
	cfg := sim.Config{TTFT: sim.Constant(3600), Respond: func(*sim.Prompt) *sim.Answer {
		arrived <- struct{}{}
		return nil
	}}
	for _, body := range []string{ask("Hello"), streamed(ask("Hello"))} {
		bothWays(t, cfg, func(c *caller) {
			ctx, cancel := context.WithCancel(c.t.Context())
			go func() {
				<-arrived
				cancel()
			}()
			if _, err := c.open(ctx, http.MethodPost, "chat/completions", body); !errors.Is(err, context.Canceled) {
				c.t.Errorf("error %v, want %v", err, context.Canceled)
			}
		})
	}
}

// Whatever the moment, a cancelled answer is never a short one that looks whole.
func TestTransportCancelAnyTime(t *testing.T) {
	for _, body := range []string{ask("Hello"), even(ask("Hello"))} {
		inMemory(t, atPace(sim.Answer{Text: strings.Repeat("abcd", 20)}), func(c *caller) {
			full := len(c.post(body).body)
			for after := time.Duration(0); after < 2*time.Second; after += 25 * time.Millisecond {
				ctx, cancel := context.WithTimeout(c.t.Context(), after)
				resp, err := c.open(ctx, http.MethodPost, "chat/completions", body)
				var got []byte
				if err == nil {
					got, err = io.ReadAll(resp.Body)
					resp.Body.Close()
				}
				if len(got) != full && !errors.Is(err, context.DeadlineExceeded) {
					c.t.Errorf("cancelled after %v: %d of %d bytes, error %v", after, len(got), full, err)
				}
				cancel()
			}
		})
	}
}

func TestTransportCancelDuringBody(t *testing.T) {
	bothWays(t, sim.Config{TokensPerSecond: sim.Constant(0.001), Respond: says(sim.Answer{Text: "abcdefgh"})}, func(c *caller) {
		ctx, cancel := context.WithCancel(c.t.Context())
		defer cancel()
		resp, err := c.open(ctx, http.MethodPost, "chat/completions", streamed(ask("Hello")))
		if err != nil {
			c.t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.ReadFull(resp.Body, make([]byte, 300)); err != nil {
			c.t.Fatal(err)
		}
		cancel()
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
			c.t.Errorf("error %v, want %v", err, context.Canceled)
		}
	})
}

// Closing the body early ends the handler: in memory before Close returns, over TCP soon, which the check for leaked
// goroutines at the end sees.
func TestTransportCloseEarly(t *testing.T) {
	for _, body := range []string{streamed(ask("Hello")), ask("Hello")} {
		bothWays(t, struck(sim.Fault{Kind: sim.FaultStall, After: 2}), func(c *caller) {
			resp, err := c.open(c.t.Context(), http.MethodPost, "chat/completions", body)
			if err != nil {
				c.t.Fatal(err)
			}
			if _, err := resp.Body.Read(make([]byte, 10)); err != nil {
				c.t.Fatal(err)
			}
			for range 2 {
				if err := resp.Body.Close(); err != nil {
					c.t.Error(err)
				}
			}
			if st := c.sim.Stats(); strings.HasSuffix(c.t.Name(), "memory") && st.InFlight != 0 {
				c.t.Errorf("%d in flight after Close", st.InFlight)
			}
			if n, err := resp.Body.Read(make([]byte, 10)); n != 0 || err == nil {
				c.t.Errorf("read %d bytes after Close, error %v", n, err)
			}
		})
	}
}

// A reader that doesn't read holds the writer up; nothing is lost.
func TestTransportSlowReader(t *testing.T) {
	inMemory(t, sim.Config{Respond: says(sim.Answer{Text: strings.Repeat("abcd", 50)})}, func(c *caller) {
		resp, err := c.open(c.t.Context(), http.MethodPost, "chat/completions", streamed(ask("Hello")))
		if err != nil {
			c.t.Fatal(err)
		}
		defer resp.Body.Close()
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := c.sim.Stats(); st.Answered != 0 || st.InFlight != 1 {
			c.t.Errorf("nobody reads, and yet %+v", st)
		}
		body, err := io.ReadAll(resp.Body)
		if events, _ := parseEvents(c.t, body); err != nil || assemble(c.t, events)[0].pieces != 50 {
			c.t.Errorf("%d events, error %v", len(events), err)
		}
		if st := c.sim.Stats(); st.Answered != 1 || st.InFlight != 0 {
			c.t.Errorf("at the end %+v", st)
		}
	})
}

// Who stops reading at the terminal event has got the answer.
func TestTransportStopAtEnd(t *testing.T) {
	inMemory(t, sim.Config{Respond: says(sim.Answer{Text: "abcd"})}, func(c *caller) {
		full := len(c.post(even(ask("Hello"))).body)
		for range 100 {
			resp, err := c.open(c.t.Context(), http.MethodPost, "chat/completions", even(ask("Hello")))
			if err != nil {
				c.t.Fatal(err)
			}
			if _, err := io.ReadFull(resp.Body, make([]byte, full)); err != nil {
				c.t.Fatal(err)
			}
			resp.Body.Close()
		}
		if st := c.sim.Stats(); st.Answered != 101 {
			c.t.Errorf("%d answers counted, want 101", st.Answered)
		}
	})
}

func TestTransportManyAtOnce(t *testing.T) {
	const n = 2000
	inMemory(t, sim.Config{TTFT: sim.Constant(1), TokensPerSecond: sim.Constant(10), OutputTokens: sim.Constant(3), Limits: sim.Limits{RPM: 2 * n, TPM: 100 * n}}, func(c *caller) {
		start := time.Now()
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				body := ask(fmt.Sprint(i), `"max_tokens":3`)
				if i%2 == 0 {
					c.post(body).complete()
				} else if events := c.post(streamed(body)).events(); events[len(events)-1].raw != "[DONE]" {
					c.t.Errorf("stream %d ends with %s", i, events[len(events)-1].raw)
				}
			})
		}
		wg.Wait()
		if st := c.sim.Stats(); st.Answered != n || st.PeakInFlight != n || st.InFlight != 0 || st.OutputTokens != 3*n {
			c.t.Errorf("stats %+v", st)
		}
		if took := time.Since(start); took != 1200*time.Millisecond {
			c.t.Errorf("%d at once took %v, want 1.2s", n, took)
		}
	})
}
