package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63918563/llmgate/bench/limits"
)

func TestBenchLimitsAtACap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "limits.json")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "bench", "limits", "--rpm", "600", "--max-requests", "50", "--json", path)
		s.saysErr(t, "at most $0.00, 50 requests", "not everything was found: 50 requests were sent, which is the cap")
	})
	var rep limits.Report
	if err := json.Unmarshal([]byte(content(t, path)), &rep); err != nil || rep.Requests != 50 || len(rep.Limits) == 0 {
		t.Errorf("got %+v, %v", rep, err)
	}
}

// A priced model is asked as long as the worst that a request can cost fits, and no longer.
func TestBenchLimitsKeepsToTheCost(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "bench", "limits", "--model", "sim/openai/gpt-5-mini", "--max-cost", "0.001usd")
		s.saysErr(t, "could go beyond the cap of $0.001")
	})
}

func TestBenchLimitsInterrupted(t *testing.T) {
	g, s := newGate(t), newSession()
	code := s.start(t, g.flags("bench", "limits", "--max-cost", "1usd", "--prices", file(t, "[openai]", "m 1000000 1000000 ? - usd=1,1,1,1,1,1,1,1,1,1"))...)
	<-g.arrived
	s.interrupts <- os.Interrupt
	if got := <-code; got != exitInterrupted {
		t.Errorf("ended with %d: %s", got, s.err.String())
	}
	s.saysErr(t, "interrupted: the report is of what was known until then")
}

func TestBenchLimitsSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--model", "openai/gpt-5-mini"}, "--max-cost is missing"},
		{[]string{"--model", "openai/gpt-5-mini", "--max-cost", "much"}, `--max-cost "much" is not an amount`},
		{[]string{"--model", "openai/gpt-5-mini", "--max-cost", "1usd"}, "no API key: set OPENAI_API_KEY"},
		{[]string{"--model", "openai/nobody-knows-it", "--max-cost", "1usd"}, "add its price with --prices"},
		{[]string{"--model", "openai/gpt-5-mini", "--rpm", "5", "--max-cost", "1usd"}, "--rpm is a limit of the simulator"},
		{[]string{"--model", ""}, "--model is empty"},
		{[]string{"--bucket", "hour"}, "hour"},
		{[]string{"--at-once", "-1"}, "must not be negative"},
		{[]string{"--json", "/nowhere/at/all"}, "create the folder first"},
	} {
		s := newSession()
		s.expect(t, exitUsage, append([]string{"bench", "limits"}, test.args...)...)
		s.saysErr(t, test.want)
	}
}
