package limits

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/request"
)

// Schema names the form of the JSON. Its number rises when a field changes its meaning or goes; new fields may come.
const Schema = "llmgate.limits/2"

// Report is what was found.
type Report struct {
	Schema  string        `json:"schema"`
	Name    string        `json:"name,omitempty"`
	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsed_ns"`
	// Requests were sent, Refused of them ran into a limit, and Cost is what they cost, at the worst where that is not known.
	Requests int           `json:"requests"`
	Refused  int           `json:"refused"`
	Cost     request.Money `json:"cost_usd"`
	Limits   []Finding     `json:"limits"`
	// Stopped is why the search ended before its end; "" if it did not.
	Stopped string `json:"stopped,omitempty"`
}

// Sure reports that everything was found.
func (r *Report) Sure() bool {
	return r.Stopped == "" && !slices.ContainsFunc(r.Limits, func(f Finding) bool { return f.Unsure != "" })
}

func (d *driver) report() *Report {
	s := d.search
	rep := &Report{
		Schema: Schema, Name: d.cfg.Name, Started: d.start, Elapsed: d.now(), Requests: d.sent, Refused: d.refused, Cost: d.spent, Stopped: d.stopped,
	}
	rep.Limits = []Finding{s.requests.find(RPM, &s.stated.Requests, d.stopped)}
	name, stated := TPM, &s.stated.Tokens
	if s.promptsOnly() {
		name, stated = ITPM, &s.stated.InputTokens
	}
	rep.Limits = append(rep.Limits, s.tokens.find(name, stated, d.stopped))
	if name == ITPM || s.answers != nil {
		rep.Limits = append(rep.Limits, s.answers.find(OTPM, &s.stated.OutputTokens, d.stopped))
	}
	return rep
}

// JSON writes the report.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// Text writes the report as a table for a terminal.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d requests, %d of them refused, %v, %s\n", r.Name, r.Requests, r.Refused, r.Cost, report.Duration(r.Elapsed))
	if r.Stopped != "" {
		fmt.Fprintf(&b, "! stopped: %s\n", r.Stopped)
	}
	b.WriteByte('\n')
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "limit\tper minute\tat once\tcomes back as\tcounts\tstated\tprobes\tnote\n")
	for i := range r.Limits {
		f := &r.Limits[i]
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%d, %d refused\t%s\n",
			f.Name, f.PerMinute.text(), f.Burst.text(), f.shape(), f.charges(), f.stated(), f.Probes, f.Refused, f.note())
	}
	_ = tw.Flush() // a strings.Builder does not fail
	_, err := io.WriteString(w, b.String())
	return err
}

// text is a figure with its bounds.
func (e *Estimate) text() string {
	switch {
	case e == nil:
		return "?"
	case e.High == nil:
		return "≥ " + number(e.Low)
	case *e.High-e.Low < 1:
		return number(e.Value)
	}
	return fmt.Sprintf("%s (%s–%s)", number(e.Value), number(e.Low), number(*e.High))
}

// number writes small figures with a digit after the point, for small bursts are not whole numbers.
func number(x float64) string {
	if x < 100 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
	}
	return report.Number(math.Round(x))
}

func (f *Finding) shape() string {
	switch {
	case f.Shape == "":
		return "?"
	case f.Window > 0:
		return fmt.Sprintf("%s of %g s", f.Shape, f.Window.Seconds())
	}
	return string(f.Shape)
}

func (f *Finding) charges() string {
	if len(f.Charges) == 0 {
		return "?"
	}
	words := make([]string, len(f.Charges))
	for i, c := range f.Charges {
		words[i] = string(c)
	}
	return strings.Join(words, " or ")
}

func (f *Finding) stated() string {
	if f.Stated == nil {
		return "no"
	}
	return number(float64(*f.Stated))
}

func (f *Finding) note() string {
	switch {
	case f.Unsure != "" && f.PerMinute == nil && f.AtLeast > 0:
		return fmt.Sprintf("not found: %s; %s were let through", f.Unsure, number(f.AtLeast))
	case f.Unsure != "" && f.PerMinute == nil:
		return "not found: " + f.Unsure
	case f.Unsure != "":
		return "not sure: " + f.Unsure
	case f.Stated != nil && !f.agrees():
		return "not what headers state"
	}
	return ""
}

// agrees reports that what headers state is what was measured.
func (f *Finding) agrees() bool {
	x := float64(*f.Stated)
	return f.PerMinute.High != nil && Bounds{f.PerMinute.Low, *f.PerMinute.High}.Holds(x) || math.Abs(f.PerMinute.Value/x-1) < sureEnough
}

// YAML writes the limits in the form of a target's limits in a configuration file. A limit that is not sure is written at the
// lowest that it may be.
func (r *Report) YAML(w io.Writer) error {
	var fields, notes []string
	for i := range r.Limits {
		f := &r.Limits[i]
		name := strings.ToLower(string(f.Name))
		switch {
		case f.PerMinute == nil:
			notes = append(notes, fmt.Sprintf("# %s: not found", name))
			continue
		case f.Unsure != "":
			notes = append(notes, fmt.Sprintf("# %s: not sure; this is the least that it may be", name))
		}
		fields = append(fields, fmt.Sprintf("%s: %d", name, f.ceiling()))
	}
	text := fmt.Sprintf("# %s, measured %s\n", r.Name, r.Started.Format(time.DateOnly))
	for _, note := range notes {
		text += note + "\n"
	}
	if len(fields) > 0 {
		text += "limits: {" + strings.Join(fields, ", ") + "}\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// ceiling is a limit to keep to: what headers state where that was measured, too, else what was measured.
func (f *Finding) ceiling() int64 {
	switch {
	case f.Stated != nil && f.agrees():
		return *f.Stated
	case f.Unsure != "":
		return max(1, int64(f.PerMinute.Low))
	}
	return max(1, int64(f.PerMinute.Value+0.5))
}
