package main

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

const drainNotice = "finishing what is in flight; interrupt again to stop at once"

func five(t *testing.T) string {
	var lines []string
	for i := range 5 {
		lines = append(lines, fmt.Sprintf(`{"id":"%d","prompt":"x"}`, i))
	}
	return file(t, lines...)
}

func TestFirstInterruptFinishesWhatIsInFlight(t *testing.T) {
	for _, order := range []string{"completion", "input"} {
		g, s := newGate(t), newSession()
		code := s.start(t, g.flags("run", five(t), "-c", "2", "--order", order)...)
		<-g.arrived
		<-g.arrived
		s.interrupts <- os.Interrupt
		s.err.waitFor(drainNotice)
		close(g.open)
		if got := <-code; got != exitInterrupted {
			t.Errorf("%s: ended with %d", order, got)
		}
		results := objects(t, s.out.String())
		for _, r := range results {
			if r["content"] != "done" {
				t.Errorf("%s: got %v", order, r)
			}
		}
		got := idsOf(results)
		slices.Sort(got)
		if !slices.Equal(got, []string{"0", "1"}) || len(g.arrived) != 0 {
			t.Errorf("%s: results of %v, and %d more were sent; want those of the two in flight", order, got, len(g.arrived))
		}
		s.saysErr(t, "2 answered, 0 failed", "llmgate: interrupted: items without a result were not answered")
	}
}

func TestSecondInterruptCancels(t *testing.T) {
	g, s := newGate(t), newSession()
	code := s.start(t, g.flags("run", five(t), "-c", "2")...)
	<-g.arrived
	<-g.arrived
	s.interrupts <- os.Interrupt
	s.interrupts <- os.Interrupt
	if got := <-code; got != exitInterrupted {
		t.Errorf("ended with %d", got)
	}
	results := objects(t, s.out.String())
	for _, r := range results {
		if failure, _ := r["error"].(map[string]any); failure["class"] != "canceled" {
			t.Errorf("got %v", r)
		}
	}
	if len(results) != 2 {
		t.Errorf("got %v", results)
	}
	s.saysErr(t, drainNotice, "0 answered, 2 failed (canceled 2)", "interrupted")
}

func TestInterruptWhileWaitingForInput(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in = in
		code := s.start(t, "run", "-")
		fmt.Fprintln(w, `{"id":"a","prompt":"x"}`)
		s.out.waitFor(`"id":"a"`)
		s.interrupts <- os.Interrupt
		if got := <-code; got != exitInterrupted {
			t.Errorf("ended with %d: %s", got, s.err.String())
		}
		s.saysErr(t, drainNotice, "1 answered, 0 failed", "llmgate: interrupted: ")
	})
}

func TestInterruptDoesNotHideThatResultsAreLost(t *testing.T) {
	g, s := newGate(t), newSession()
	s.to = &full{}
	code := s.start(t, g.flags("run", five(t), "-c", "1")...)
	<-g.arrived
	s.interrupts <- os.Interrupt
	s.err.waitFor(drainNotice)
	close(g.open)
	if got := <-code; got != exitFailed {
		t.Errorf("ended with %d", got)
	}
	s.saysErr(t, "can't write the results: "+errFull.Error())
}
