package limits

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Dimension is what a limit counts, a minute.
type Dimension string

// The dimensions: requests, all tokens, those of prompts, and those of answers.
const (
	RPM  Dimension = "RPM"
	TPM  Dimension = "TPM"
	ITPM Dimension = "ITPM"
	OTPM Dimension = "OTPM"
)

// Finding is what is known of one limit.
type Finding struct {
	Name Dimension `json:"name"`
	// Stated is what headers say of it, nil if nothing.
	Stated *int64 `json:"stated,omitempty"`
	// PerMinute is the rate that holds for long, Burst what may come at once after a rest; nil if nothing is known.
	PerMinute *Estimate `json:"per_minute,omitempty"`
	Burst     *Estimate `json:"burst,omitempty"`
	// Shape is how it comes back, Window the length of a window, or of which a bucket holds what comes back, if that is a usual
	// one.
	Shape  Shape         `json:"shape,omitempty"`
	Window time.Duration `json:"window_ns,omitempty"`
	// Charges are what may count against it; more than one where that could not be told.
	Charges []Charge `json:"charges,omitempty"`
	// Unsure is why this is not sure, or not known; "" if it was found.
	Unsure string `json:"unsure,omitempty"`
	// AtLeast is what was let through by one burst.
	AtLeast float64 `json:"at_least,omitempty"`
	// Probes is how many requests it took, Refused how many of them were.
	Probes  int `json:"probes"`
	Refused int `json:"refused"`
}

// Estimate is a figure that was measured, and how exactly.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	// High is nil where nothing bounds it from above; Value then is the least that it can be.
	High *float64 `json:"high,omitempty"`
}

func estimate(value float64, b Bounds) *Estimate {
	if math.IsInf(b.High, 1) {
		return &Estimate{Value: b.Low, Low: b.Low}
	}
	return &Estimate{value, b.Low, new(b.High)}
}

// Error is how far off the value may be, as a share of it.
func (e *Estimate) Error() float64 {
	if e.High == nil {
		return math.Inf(1)
	}
	return max(*e.High-e.Value, e.Value-e.Low) / e.Value
}

// sureEnough is an error, as a share, that figures may have which count as found.
const sureEnough = 0.05

// find makes a finding of what a gauge knows.
func (g *gauge) find(name Dimension, stated *request.Limit, stopped string) Finding {
	f := Finding{Name: name}
	if stated.Stated {
		f.Stated = new(stated.Limit)
	}
	if g == nil {
		f.Unsure = "it was not looked for"
		if stopped != "" {
			f.Unsure = "the search ended before"
		}
		return f
	}
	f.Probes = len(g.log)
	for i := range g.log {
		if !g.log[i].admitted {
			f.Refused++
		}
	}
	f.AtLeast = g.through()
	if len(g.fits) > 0 && f.Refused > 0 {
		f.explain(g)
	}
	f.Unsure = g.unsure(&f, stopped)
	return f
}

// through is the most that one burst let through, by what probes were made to take.
func (g *gauge) through() float64 {
	if g.last == nil {
		return 0
	}
	units, _ := g.last.through()
	return max(g.most, units)
}

func (f *Finding) explain(g *gauge) {
	one := g.one()
	rate, burst := one.likely()
	f.PerMinute, f.Burst = estimate(rate, one.perMinute), estimate(burst, one.burst)
	f.Charges = g.charged()
	if !g.several() {
		f.Shape, f.Window = one.shape, one.held()
	}
}

// unsure is what keeps a finding from being sure.
func (g *gauge) unsure(f *Finding, stopped string) string {
	switch {
	case g.why != "":
		return g.why
	case f.PerMinute == nil && stopped != "":
		return "the search ended before"
	case f.PerMinute == nil:
		return "it was not met"
	case f.Shape == "":
		return "it may be " + g.shapes()
	case f.PerMinute.Error() > sureEnough || f.Window == 0 && f.Burst.Error() > sureEnough:
		return "it could not be told more exactly than by these bounds"
	}
	return ""
}

// shapes lists what is possible.
func (g *gauge) shapes() (text string) {
	var seen []Shape
	for _, f := range g.fits {
		if !slices.Contains(seen, f.shape) {
			seen = append(seen, f.shape)
		}
	}
	for i, s := range seen {
		if i > 0 {
			text += " or "
		}
		text += fmt.Sprintf("a %s", s)
	}
	return text
}
