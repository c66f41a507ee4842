// Package contract is the suite that every [request.Client] has to pass: what the interface promises, what the vocabulary
// means, and that a client fails as it answers, in the same words whoever the provider is. The provider is simulated; a
// client under test sends its calls over the transport it is given.
//
//	contract.Exercise(t, "openai", func(t testing.TB, p *contract.Provider) request.Client { … }, contract.Features{Errors: []string{"openai"}})
//
// Use it for a client of your own, too. What a client can't do is named in [Features] with a reason, so that nothing is
// left out unsaid: a feature that it lacks has to be refused or warned about, and a deviation has to be there.
package contract

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed63918563/llmgate/request"
)

// Open makes the client under test, set up as the provider says. It may fail the test.
type Open func(t testing.TB, p *Provider) request.Client

// Features say what a client does otherwise than the full vocabulary. The zero value does everything.
type Features struct {
	// Errors names the sets of error responses that the client understands: "openai", "compatible" (with OpenAI),
	// "anthropic", "gemini" and "ollama".
	Errors []string
	// Lacks gives the reason for each feature that the client does not have. Where a request can ask for the feature, the
	// client must refuse the request before sending it, or warn.
	Lacks map[Feature]string
	// Deviates lists the cases, by name, in which the client breaks the contract. It must do so, and as described.
	Deviates map[string]Deviation
}

// Deviation is a known breach of the contract.
type Deviation struct {
	// Fails is a part of the message with which the case fails.
	Fails string
	// Reason is why nothing is done about it.
	Reason string
}

// Exercise runs all cases as subtests and returns how they went, for [Table]. Time is simulated by testing/synctest, so
// whatever a client starts, it must start after it was opened, and end with its calls.
func Exercise(t *testing.T, client string, open Open, features Features) Report {
	t.Helper()
	report := Report{Client: client}
	for _, fault := range features.faults() {
		t.Errorf("features of %s: %s", client, fault)
	}
	for i := range cases {
		c := &cases[i]
		t.Run(c.name, func(t *testing.T) {
			result := c.judge(t, open, &features)
			if result.Outcome == Failed {
				t.Error(result.Why)
			}
			report.Results = append(report.Results, result)
		})
	}
	return report
}

// faults finds what in the features names nothing.
func (f *Features) faults() (faults []string) {
	known := map[string]bool{}
	for i := range cases {
		known[cases[i].name] = true
	}
	for name, d := range f.Deviates {
		if !known[name] {
			faults = append(faults, fmt.Sprintf("no case is named %q", name))
		}
		if d.Fails == "" || d.Reason == "" {
			faults = append(faults, fmt.Sprintf("the deviation in %q needs both Fails and Reason", name))
		}
	}
	for feature, reason := range f.Lacks {
		if _, ok := probes[feature]; !ok {
			faults = append(faults, fmt.Sprintf("no feature is named %q", feature))
		}
		if reason == "" {
			faults = append(faults, fmt.Sprintf("lacking %q needs a reason", feature))
		}
	}
	for _, set := range f.Errors {
		if fixtures[set] == nil {
			faults = append(faults, fmt.Sprintf("there is no set of errors named %q", set))
		}
	}
	if len(f.Errors) == 0 && f.Lacks[Errors] == "" {
		faults = append(faults, "no set of errors is named")
	}
	return faults
}

// check is one case.
type check struct {
	name string
	// needs are the features without which the case does not apply.
	needs []Feature
	run   func(*stage) error
	// live: over real sockets, where time can't be simulated.
	live bool
}

// cases is the whole suite, in the order of the table.
var cases = concat(
	plainCases, parameterCases, mediaCases, toolCases, reasoningCases, streamCases, usageCases,
	endCases, faultCases, errorCases, limitCases, clientCases, manyCases,
)

func concat(groups ...[]check) (all []check) {
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// judge runs the case and says how it went.
func (c *check) judge(t *testing.T, open Open, f *Features) Result {
	for _, feature := range c.needs {
		if reason, lacks := f.Lacks[feature]; lacks {
			result := Result{Case: c.name, Outcome: NotSupported, Why: reason}
			if err := play(t, open, f, probes[feature].refused, false); err != nil {
				result.Outcome, result.Why = Failed, fmt.Sprintf("lacks %s: %v", feature, err)
			}
			return result
		}
	}
	err := play(t, open, f, c.run, c.live)
	known, deviates := f.Deviates[c.name]
	switch {
	case !deviates && err == nil:
		return Result{Case: c.name, Outcome: Passed}
	case !deviates:
		return Result{Case: c.name, Outcome: Failed, Why: err.Error()}
	case err == nil:
		return Result{Case: c.name, Outcome: Failed, Why: "passes, but is listed as deviating; remove it from the list"}
	case !strings.Contains(err.Error(), known.Fails):
		return Result{Case: c.name, Outcome: Failed, Why: fmt.Sprintf("deviates in another way than %q: %v", known.Fails, err)}
	}
	return Result{Case: c.name, Outcome: Deviates, Why: known.Reason}
}

// play runs a case on a stage of its own, in simulated time unless it is live, and looks at what it leaves behind.
func play(t *testing.T, open Open, f *Features, run func(*stage) error, live bool) (err error) {
	act := func(t *testing.T) {
		s := newStage(t, open, f)
		defer s.strike()
		if err = run(s); err == nil {
			err = s.leftovers(live)
		}
	}
	if live {
		act(t)
	} else {
		synctest.Test(t, act)
	}
	return err
}
