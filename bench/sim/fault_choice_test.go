package sim_test

import (
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// fates sends requests with the given questions and tells what became of each.
func fates(c *caller, questions ...string) (list []string) {
	for _, q := range questions {
		switch r := c.post(ask(q)); {
		case r.err != nil && r.status == 0:
			list = append(list, "reset")
		case r.err != nil:
			list = append(list, "cut")
		default:
			list = append(list, fmt.Sprint(r.status))
		}
	}
	return list
}

// numbered are different questions.
func numbered(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("Question ", i))
	}
	return list
}

func TestFaultScript(t *testing.T) {
	cfg := sim.Config{Models: []string{"demo"}, Script: []sim.Fault{{Kind: sim.FaultStatus, Status: 500}, {}, {Kind: sim.FaultCut}, {Kind: sim.FaultReset}, {Kind: sim.FaultStatus, Status: 429}}}
	bothWays(t, cfg, func(c *caller) {
		c.post(talk()) // what is invalid takes no turn
		if got, want := fates(c, numbered(7)...), []string{"500", "200", "cut", "reset", "429", "200", "200"}; !slices.Equal(got, want) {
			c.t.Errorf("got %v, want %v", got, want)
		}
		if st := c.sim.Stats(); st.Faults != 4 || st.Answered != 3 || st.RateLimited != 0 || st.Requests != 8 {
			c.t.Errorf("stats %+v", st)
		}
	})
}

// The script comes before chance.
func TestFaultScriptFirst(t *testing.T) {
	always := sim.Fault{Kind: sim.FaultStatus, Status: 503, Probability: 1}
	inMemory(t, sim.Config{Script: make([]sim.Fault, 3), Faults: []sim.Fault{always}}, func(c *caller) {
		if got, want := fates(c, numbered(5)...), []string{"200", "200", "200", "503", "503"}; !slices.Equal(got, want) {
			c.t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestFaultProbability(t *testing.T) {
	cfg := sim.Config{Seed: 11, OutputTokens: sim.Constant(1), Faults: []sim.Fault{
		{Kind: sim.FaultStatus, Status: 500, Probability: 0.2}, {Kind: sim.FaultCut, Probability: 0.1}, {Kind: sim.FaultReset, Probability: 0.05}, {Kind: sim.FaultStatus, Status: 404},
	}}
	const n = 2000
	var runs [2][]string
	for i := range runs {
		inMemory(t, cfg, func(c *caller) { runs[i] = fates(c, numbered(n)...) })
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Error("the same requests meet other faults the second time")
	}
	count := map[string]int{}
	for _, fate := range runs[0] {
		count[fate]++
	}
	for fate, want := range map[string]float64{"500": 0.2, "cut": 0.1, "reset": 0.05, "404": 0, "200": 0.65} {
		// Four standard deviations of a binomial distribution.
		if got := float64(count[fate]); math.Abs(got-want*n) > 4*math.Sqrt(n*want*(1-want)) {
			t.Errorf("%s: %v of %d, want about %v", fate, got, n, want*n)
		}
	}
}

// A retry meets its own luck: it doesn't fail for ever because it failed once.
func TestFaultRetry(t *testing.T) {
	inMemory(t, sim.Config{Faults: []sim.Fault{{Kind: sim.FaultStatus, Status: 500, Probability: 0.5}}}, func(c *caller) {
		for _, q := range numbered(50) {
			if got := fates(c, slices.Repeat([]string{q}, 40)...); !slices.Contains(got, "200") {
				c.t.Errorf("%s failed 40 times at a probability of one half", q)
			}
		}
	})
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]sim.Fault{
		"cut:0.01":        {Kind: sim.FaultCut, Probability: 0.01, After: 1},
		"503:0.05":        {Kind: sim.FaultStatus, Status: 503, Probability: 0.05, After: 1},
		"429:1":           {Kind: sim.FaultStatus, Status: 429, Probability: 1, After: 1},
		"reset:0":         {Kind: sim.FaultReset, After: 1},
		"stall:.5":        {Kind: sim.FaultStall, Probability: 0.5, After: 1},
		"malformed:1e-3":  {Kind: sim.FaultMalformed, Probability: 0.001, After: 1},
		"error-event:0.1": {Kind: sim.FaultErrorEvent, Probability: 0.1, After: 1},
		"drip:0.1":        {Kind: sim.FaultDrip, Probability: 0.1, After: 1, Delay: time.Millisecond},
	} {
		got, err := sim.ParseFault(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseFault(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseFaultError(t *testing.T) {
	for text, remedy := range map[string]string{
		"": "write KIND:PROBABILITY", "cut": "write KIND:PROBABILITY", "cut:": "write KIND:PROBABILITY", "cut:often": "such as cut:0.01 or 503:0.05",
		":0.5": "write KIND:PROBABILITY", "cut:0.1:2": "write KIND:PROBABILITY", "explode:0.1": "use status, reset, cut", "Cut:0.1": "use status, reset, cut",
		"status:0.1": "use 300 to 599", "200:0.1": "use 300 to 599", "600:0.1": "use 300 to 599", "-500:0.1": "use 300 to 599",
		"cut:1.1": "between 0 and 1", "cut:-0.1": "between 0 and 1", "cut:NaN": "between 0 and 1", "cut:Inf": "between 0 and 1",
	} {
		if f, err := sim.ParseFault(text); err == nil || !strings.Contains(err.Error(), remedy) || !strings.Contains(err.Error(), fmt.Sprintf("fault %q", text)) {
			t.Errorf("ParseFault(%q) = %+v, %v; want an error that names it and says %q", text, f, err, remedy)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, seed := range []string{"cut:0.01", "503:0.05", "drip:1", "stall:0x1p-3", "status:1", ":1", "302:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := sim.ParseFault(text)
		if err != nil {
			return
		}
		s, err := sim.New(sim.Config{Faults: []sim.Fault{fault}})
		if err != nil {
			t.Fatalf("%q is accepted as %+v, and then: %v", text, fault, err)
		}
		if fault.Probability < 1 || fault.Kind != sim.FaultStatus {
			return
		}
		resp, err := (&http.Client{Transport: s.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).
			Post("http://sim.invalid/v1/chat/completions", "application/json", strings.NewReader(ask("Hello")))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != fault.Status {
			t.Errorf("%q gives %d", text, resp.StatusCode)
		}
	})
}
