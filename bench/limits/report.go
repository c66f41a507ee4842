package limits

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/request"
)

// Schema names the form of the JSON. Its number rises when a field changes its meaning or goes; new fields may come.
const Schema = "llmgate.limits/1"

// Dimension is what a limit counts, a minute.
type Dimension string

// The dimensions: requests, all tokens, those of prompts, and those of answers.
const (
	RPM  Dimension = "RPM"
	TPM  Dimension = "TPM"
	ITPM Dimension = "ITPM"
	OTPM Dimension = "OTPM"
)

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
	// Stopped is why the search ended before everything was found; "" if it was not.
	Stopped string `json:"stopped,omitempty"`
}

// Finding is what is known of one limit.
type Finding struct {
	Name Dimension `json:"name"`
	// Stated is what headers say of it, 0 if nothing. PerMinute and Bucket are measured: the rate that holds for long, and what
	// may come at once. 0 is not known.
	Stated    int64         `json:"stated,omitempty"`
	PerMinute float64       `json:"per_minute,omitempty"`
	Bucket    float64       `json:"bucket,omitempty"`
	Shape     Shape         `json:"shape,omitempty"`
	Window    time.Duration `json:"window_ns,omitempty"`
	// AtLeast is what was let through at once before the search ended, where the limit was not found.
	AtLeast float64 `json:"at_least,omitempty"`
	// Unknown is why it was not found; "" if it was.
	Unknown string `json:"unknown,omitempty"`
}

func unknown(name Dimension) Finding { return Finding{Name: name, Unknown: "the search ended before"} }

// measured fills in what was found, unless the search was cut off.
func (f *Finding) measured(m found, err error) error {
	if err != nil {
		return err
	}
	*f = Finding{Name: f.Name, PerMinute: m.perMinute, Bucket: m.bucket, Shape: m.shape, Window: m.window}
	return nil
}

func (s *search) report() *Report {
	rep := &Report{
		Schema: Schema, Name: s.cfg.Name, Started: s.start, Elapsed: time.Since(s.start), Requests: s.serial, Refused: s.prober.refused, Cost: s.spent,
	}
	for _, f := range []Finding{s.requests, s.input, s.output} {
		if f.Name != "" {
			rep.Limits = append(rep.Limits, f)
		}
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
	fmt.Fprint(tw, "limit\tper minute\tstated\tat once\tcomes back as\tnote\n")
	for i := range r.Limits {
		f := &r.Limits[i]
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, number(f.PerMinute), number(float64(f.Stated)), number(f.Bucket), f.shape(), f.note())
	}
	_ = tw.Flush() // a strings.Builder does not fail
	_, err := io.WriteString(w, b.String())
	return err
}

func number(x float64) string {
	if x == 0 {
		return "?"
	}
	return report.Number(math.Round(x))
}

func (f *Finding) shape() string {
	switch {
	case f.Shape == "":
		return "?"
	case f.Window > 0:
		return fmt.Sprintf("%s of %v", f.Shape, f.Window)
	}
	return string(f.Shape)
}

func (f *Finding) note() string {
	switch {
	case f.Unknown != "" && f.AtLeast > 0:
		return fmt.Sprintf("not found: %s; at least %s at once", f.Unknown, number(f.AtLeast))
	case f.Unknown != "":
		return "not found: " + f.Unknown
	case f.Stated > 0 && math.Abs(f.PerMinute/float64(f.Stated)-1) > 0.05:
		return "not what the headers state"
	case f.Stated > 0:
		return "as the headers state"
	}
	return ""
}
