package contract

import (
	"fmt"
	"slices"
	"strings"
)

// Outcome is how a case went.
type Outcome string

// The outcomes. NotSupported: the client lacks the feature, and says so; Deviates: it breaks the contract, as is known.
const (
	Passed       Outcome = "pass"
	NotSupported Outcome = "not supported"
	Deviates     Outcome = "deviates"
	Failed       Outcome = "FAIL"
)

// Result is the outcome of one case. Why is the reason, or what went wrong; empty for a pass.
type Result struct {
	Case    string
	Outcome Outcome
	Why     string
}

// Report is how all cases went with one client.
type Report struct {
	Client  string
	Results []Result
}

// marks are the outcomes as they stand in the table.
var marks = map[Outcome]string{Passed: "✓", NotSupported: "–", Deviates: "**deviates**", Failed: "**FAIL**"}

// Table writes reports side by side in Markdown: a row for each case, then a note for each reason.
func Table(reports ...Report) string {
	var b strings.Builder
	b.WriteString("| case |")
	rule := "\n|---|"
	for _, r := range reports {
		b.WriteString(" " + r.Client + " |")
		rule += ":-:|"
	}
	b.WriteString(rule + "\n")
	var notes []string
	for i := range cases {
		b.WriteString("| " + cases[i].name + " |")
		for _, r := range reports {
			result := r.find(cases[i].name)
			b.WriteString(" " + marks[result.Outcome])
			if result.Why != "" {
				note := noteOn(r.Client, result)
				if !slices.Contains(notes, note) {
					notes = append(notes, note)
				}
				fmt.Fprintf(&b, " %d", slices.Index(notes, note)+1)
			}
			b.WriteString(" |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for i, note := range notes {
		fmt.Fprintf(&b, "%d. %s\n", i+1, note)
	}
	return b.String()
}

func noteOn(client string, r Result) string {
	return client + ": " + strings.ReplaceAll(r.Why, "\n", " ")
}

// find is the result of a case, one that failed if it did not run.
func (r *Report) find(name string) Result {
	i := slices.IndexFunc(r.Results, func(one Result) bool { return one.Case == name })
	if i < 0 {
		return Result{Case: name, Outcome: Failed, Why: "did not run"}
	}
	return r.Results[i]
}
