package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// named are the events of a name.
func named(events []map[string]any, name string) (list []map[string]any) {
	for _, e := range events {
		if e["event"] == name {
			list = append(list, e)
		}
	}
	return list
}

// when is the time of an event.
func when(t *testing.T, event map[string]any) time.Time {
	t.Helper()
	text, _ := event["at"].(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatalf("%v: %v", event, err)
	}
	return at
}

func TestEventsTellHowARunGoes(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		out := filepath.Join(t.TempDir(), "out")
		in, w := pipe(t.Context())
		s.in = in
		code := s.start(t, "run", "-", "--json", "-o", out)
		fmt.Fprintln(w, `{"id":"a","prompt":"x"}`)
		fmt.Fprintln(w, `{"id":"b","prompt":7}`)
		time.Sleep(25 * time.Second)
		w.Close()
		if got := <-code; got != exitFailed {
			t.Fatalf("ended with %d: %s", got, s.err.String())
		}
		events := objects(t, s.out.String())
		start := events[0]
		if start["event"] != "start" || start["source"] != "-" || start["model"] != "sim/demo" || start["output"] != out || s.err.String() != "" {
			t.Errorf("began with %v, and said %q", start, s.err.String())
		}
		progress := named(events, "progress")
		if len(progress) != 2 {
			t.Fatalf("in 25 s there were %d events of progress, want 2: %v", len(progress), events)
		}
		for i, e := range progress {
			if after := when(t, e).Sub(when(t, start)); after != time.Duration(i+1)*10*time.Second {
				t.Errorf("event %d of progress came after %s", i, after)
			}
			if e["answered"] != 1.0 || e["failed"] != 1.0 || e["in_flight"] != 0.0 {
				t.Errorf("progress: %v", e)
			}
		}
		failures := named(events, "failure")
		if len(failures) != 1 || failures[0]["id"] != "b" || failures[0]["line"] != 2.0 || failures[0]["class"] != "invalid" ||
			!strings.Contains(fmt.Sprint(failures[0]["message"]), "standard input:2: prompt: ") {
			t.Errorf("failures: %v", failures)
		}
		last := events[len(events)-1]
		if last["event"] != "summary" || last["answered"] != 1.0 || last["failed"] != 1.0 || last["failures"] != out+".failed.jsonl" || last["stopped"] != nil {
			t.Errorf("ended with %v", last)
		}
	})
}

func TestEventsTellWhatIsLeft(t *testing.T) {
	g, s := newGate(t), newSession()
	s.env["OPENAI_API_KEY"] = "key"
	code := s.start(t, g.flags("run", distinct(t), "-c", "2", "--json", "-o", filepath.Join(t.TempDir(), "out"))...)
	<-g.arrived
	<-g.arrived
	s.interrupts <- os.Interrupt
	s.out.waitFor(`"event":"stopping"`)
	close(g.open)
	if got := <-code; got != exitInterrupted {
		t.Fatalf("ended with %d: %s", got, s.err.String())
	}
	events := objects(t, s.out.String())
	if events[0]["total"] != 5.0 || named(events, "stopping")[0]["reason"] != "interrupted" {
		t.Errorf("events %v", events)
	}
	last := events[len(events)-1]
	if last["event"] != "summary" || last["stopped"] != "interrupted" || last["pending"] != 3.0 || last["answered"] != 2.0 {
		t.Errorf("ended with %v", last)
	}
}

func TestEventsTellOfTargets(t *testing.T) {
	url := serve(t, sim.Config{APIKeys: []string{"sk-right-key-0123456789"}})
	cfg := written(t, "llmgate.yaml", "targets: [{model: openai/gpt-5-mini, base_url: "+url+", key_env: WRONG}, {model: sim/demo}]\n"+
		"policy: {classes: {auth: {fallback: other_model}}}\n")
	s := newSession()
	s.env["WRONG"] = "sk-wrong-key-0123456789"
	s.expect(t, exitOK, "run", distinct(t), "--config", cfg, "--json", "-o", filepath.Join(t.TempDir(), "out"))
	list := named(objects(t, s.out.String()), "target")
	if len(list) != 1 || list[0]["target"] != "openai/gpt-5-mini" || list[0]["to"] != "out" || !strings.Contains(fmt.Sprint(list[0]["message"]), "is not asked any more") {
		t.Errorf("events %v", list)
	}
}

// docs/bulk.md names every event and every field.
func TestEventsAreDocumented(t *testing.T) {
	text := contents(t, "../../docs/bulk.md")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", file(t, `{"id":"a","prompt":"x"}`, "nonsense"), "--json", "-o", filepath.Join(t.TempDir(), "out"))
		for _, e := range objects(t, s.out.String()) {
			for name, value := range e {
				if name == "event" {
					name = fmt.Sprint(value)
				}
				if !strings.Contains(text, "`"+name+"`") {
					t.Errorf("docs/bulk.md does not say what %s is", name)
				}
			}
		}
	})
}

func TestRunsWithoutAStateTellHowTheyStandAsWell(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in = in
		code := s.start(t, "run", "-")
		fmt.Fprintln(w, `{"id":"a","prompt":"x"}`)
		time.Sleep(25 * time.Second)
		w.Close()
		if got := <-code; got != exitOK {
			t.Fatalf("ended with %d: %s", got, s.err.String())
		}
		lines := slices.DeleteFunc(strings.Split(s.err.String(), "\n"), func(l string) bool { return !strings.Contains(l, " in flight") })
		if want := []string{"1 done, 0 failed, 0 in flight, 0.1/s, $0.00", "1 done, 0 failed, 0 in flight, 0.1/s, $0.00"}; !slices.Equal(lines, want) {
			t.Errorf("said %q", lines)
		}
	})
}
