package contract

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// faultCases are answers that go wrong on their way.
var faultCases = []check{
	{name: "answer cut off", run: cutOff},
	{name: "answer stalls", needs: []Feature{Wire}, run: stalls},
	{name: "no response headers", needs: []Feature{Wire}, run: noHeaders},
	{name: "error event in a stream", needs: []Feature{ErrorEvents}, run: errorEvent},
	{name: "error in a good response", needs: []Feature{ErrorBodies}, run: errorBody},
	{name: "malformed answer", needs: []Feature{Wire}, run: malformed},
	{name: "answer byte by byte", needs: []Feature{Wire}, run: byteByByte},
	{name: "connection reset", needs: []Feature{Wire}, run: connectionReset},
	{name: "connection refused", needs: []Feature{Wire}, run: connectionRefused},
	{name: "empty body", needs: []Feature{Wire}, run: emptyBody},
	{name: "web page in place of an answer", needs: []Feature{Wire}, run: webPage},
	{name: "after a failure", run: afterFailure},
}

const story = "Once upon a time there was a text that had many pieces."

// struck has the first request struck by a fault.
func struck(f sim.Fault) setting {
	return setting{Config: sim.Config{Script: []sim.Fault{f}, Respond: says(story).Respond}}
}

// broken checks an error about an answer that had begun.
func broken(e *request.Error, class request.Class) error {
	partial := ""
	if e.Partial != nil {
		partial = e.Partial.Content
	}
	return errors.Join(
		want("the class", e.Class, class),
		that(e.MaybeBilled, "the answer had begun, but MaybeBilled is false"),
		that(strings.HasPrefix(story, partial), "Partial is %q, which is no beginning of the answer", partial),
	)
}

// cutOff breaks the answer off at every place; past the last event before the closing ones it always strikes there.
func cutOff(s *stage) error {
	for after := range 20 {
		err := s.fails(struck(sim.Fault{Kind: sim.FaultCut, After: after}), ask("A story."), func(e *request.Error, _ *Provider) error {
			return broken(e, request.ClassTruncated)
		})
		if err != nil {
			return fmt.Errorf("after %d events: %w", after, err)
		}
	}
	return nil
}

func stalls(s *stage) error {
	set := struck(sim.Fault{Kind: sim.FaultStall, After: 4})
	set.idle = time.Minute
	start := time.Now()
	err := s.fails(set, ask("A story."), func(e *request.Error, _ *Provider) error {
		return errors.Join(broken(e, request.ClassTimeout), want("the reason", e.Reason, request.ReasonStalled))
	})
	return errors.Join(err, that(time.Since(start) < 3*time.Minute, "two stalls were noticed after %v, with an idle timeout of 1 m", time.Since(start)))
}

func noHeaders(s *stage) error {
	set := slow()
	set.firstByte = time.Minute
	start := time.Now()
	err := s.fails(set, ask("Hello?"), func(e *request.Error, _ *Provider) error {
		return errors.Join(want("the class", e.Class, request.ClassTimeout), maybeBilled(e))
	})
	return errors.Join(err, that(time.Since(start) < 3*time.Minute, "two timeouts came after %v, with a first-byte timeout of 1 m", time.Since(start)))
}

// inBand are the classes that an overloaded provider's error may have: not every dialect has a word for it.
func inBand(e *request.Error) error {
	return errors.Join(
		that(e.Class == request.ClassOverloaded || e.Class == request.ClassTransient, "the class is %s, not overloaded or transient", e.Class),
		that(e.MaybeBilled, "the answer had begun, but MaybeBilled is false"),
		that(e.Message != "", "the error says nothing: %v", e),
	)
}

func errorEvent(s *stage) error {
	for _, after := range []int{0, 3, 99} {
		client, _ := s.open(struck(sim.Fault{Kind: sim.FaultErrorEvent, Status: http.StatusServiceUnavailable, After: after}))
		end, err := listen(s.ctx, client, ask("A story."))
		if err == nil && end.err == nil {
			err = errors.New("succeeded")
		}
		if err == nil {
			err = inBand(end.err)
		}
		if err != nil {
			return fmt.Errorf("after %d events: %w", after, err)
		}
	}
	return nil
}

func errorBody(s *stage) error {
	client, _ := s.open(struck(sim.Fault{Kind: sim.FaultErrorEvent, Status: http.StatusServiceUnavailable}))
	end, err := complete(s.ctx, client, ask("A story."))
	if err == nil && end.err == nil {
		err = errors.New("succeeded")
	}
	if err != nil {
		return err
	}
	return inBand(end.err)
}

func malformed(s *stage) error {
	for _, after := range []int{0, 3} {
		err := s.fails(struck(sim.Fault{Kind: sim.FaultMalformed, After: after}), ask("A story."), func(e *request.Error, _ *Provider) error {
			return broken(e, request.ClassTruncated)
		})
		if err != nil {
			return fmt.Errorf("after %d events: %w", after, err)
		}
	}
	return nil
}

func byteByByte(s *stage) error {
	return s.answers(struck(sim.Fault{Kind: sim.FaultDrip, Delay: time.Microsecond}), ask("A story."), func(r *request.Response, _ *Provider) error {
		return want("the answer", r.Content, story)
	})
}

func connectionReset(s *stage) error {
	return s.fails(struck(sim.Fault{Kind: sim.FaultReset}), ask("A story."), func(e *request.Error, _ *Provider) error {
		return errors.Join(want("the class", e.Class, request.ClassTransient), maybeBilled(e))
	})
}

func connectionRefused(s *stage) error {
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}, Err: syscall.ECONNREFUSED}
	return s.fails(setting{instead: unread{refused}}, ask("A story."), func(e *request.Error, _ *Provider) error {
		return errors.Join(
			want("the class", e.Class, request.ClassTransient),
			want("whether it may be billed", e.MaybeBilled, false),
			that(errors.Is(e, syscall.ECONNREFUSED), "the cause is lost: %v", e),
		)
	})
}

func emptyBody(s *stage) error {
	return s.fails(setting{instead: canned{status: http.StatusOK}}, ask("A story."), func(e *request.Error, _ *Provider) error {
		return errors.Join(want("the class", e.Class, request.ClassTruncated), maybeBilled(e))
	})
}

func webPage(s *stage) error {
	page := canned{status: http.StatusOK, header: http.Header{"Content-Type": {"text/html"}}, body: "<!DOCTYPE html>\n<html><body>Welcome to the proxy</body></html>\n"}
	return s.fails(setting{instead: page}, ask("A story."), func(e *request.Error, _ *Provider) error {
		return that(e.Class == request.ClassInvalid || e.Class == request.ClassTruncated, "the class is %s, not invalid or truncated", e.Class)
	})
}

// afterFailure: what went wrong with one call must not be felt by the next.
func afterFailure(s *stage) error {
	for _, kind := range []sim.FaultKind{sim.FaultCut, sim.FaultReset} {
		for _, w := range ways {
			client, _ := s.open(struck(sim.Fault{Kind: kind, After: 2}))
			first, err := w.ask(s.ctx, client, ask("A story."))
			if err == nil && first.err == nil {
				err = errors.New("succeeded where it had to fail")
			}
			if err != nil {
				return err
			}
			second, err := w.ask(s.ctx, client, ask("A story."))
			if err == nil && second.err != nil {
				err = second.raw
			}
			if err != nil {
				return err
			}
			if err := want("the answer", second.response.Content, story); err != nil {
				return err
			}
		}
	}
	return nil
}
