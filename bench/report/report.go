// Package report holds what a load came to and writes it: as a table for the terminal, JSON, CSV, and one HTML file that needs
// no network. Compare tells which differences between two reports are more than chance.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/seed63918563/llmgate/bench/measure"
)

// Schema names the form of the JSON. Its number rises when a field changes its meaning or goes; new fields may come.
const Schema = "llmgate.bench/1"

// Report is what a load came to.
type Report struct {
	Schema string `json:"schema"`
	// Name is what was measured, for people.
	Name    string        `json:"name"`
	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Setup   Setup         `json:"setup"`
	// Partial is why the load ended before it was done; "" if it was.
	Partial string `json:"partial,omitempty"`
	// Invalid are the reasons not to trust the figures; none if they can be.
	Invalid []string `json:"invalid,omitempty"`
	measure.Result
	Health Health `json:"health"`
}

// Setup is how the load was made.
type Setup struct {
	// Load is the rate and spacing of an open loop, or the concurrency of a closed one.
	Load      string        `json:"load"`
	Streaming bool          `json:"streaming"`
	Seed      uint64        `json:"seed"`
	Count     int           `json:"count,omitempty"`
	Duration  time.Duration `json:"duration_ns,omitempty"`
	Warmup    time.Duration `json:"warmup_ns,omitempty"`
	Cooldown  time.Duration `json:"cooldown_ns,omitempty"`
	// MaxInFlight bounded the requests in flight, MaxDelay is the bound on the p99 delay of a valid run; 0 does not apply.
	MaxInFlight int           `json:"max_in_flight"`
	MaxDelay    time.Duration `json:"max_delay_ns,omitempty"`
	SLO         measure.SLO   `json:"slo"`
	Limits      Limits        `json:"limits"`
}

// Limits are rate limits per minute, to hold the use against; 0 is not known. Stated: they came from the provider's headers.
type Limits struct {
	RPM    int64 `json:"rpm,omitempty"`
	TPM    int64 `json:"tpm,omitempty"`
	ITPM   int64 `json:"itpm,omitempty"`
	OTPM   int64 `json:"otpm,omitempty"`
	Stated bool  `json:"stated,omitempty"`
}

// Health is how the client itself fared. A client at its own limits measures itself.
type Health struct {
	// CPU is the processor time used; CPUKnown is false where the system does not tell. Cores are those it could use.
	CPU      time.Duration `json:"cpu_ns"`
	CPUKnown bool          `json:"cpu_known"`
	Cores    int           `json:"cores"`
	// GCPauses counts the times that the garbage collector stopped everything, GCLongest bounds the longest.
	GCPauses  uint64        `json:"gc_pauses"`
	GCLongest time.Duration `json:"gc_longest_ns"`
	// Held counts the requests that were sent late because MaxInFlight were under way.
	Held int64 `json:"held"`
}

// Use is which share of the limits was used, of those that are known.
type Use struct {
	Name  string
	Limit int64
	Share float64
}

// LimitUse holds what was let through in the window against the limits.
func (r *Report) LimitUse() (uses []Use) {
	rates, l := r.Total.Rates, r.Setup.Limits
	for _, one := range []struct {
		name      string
		limit     int64
		perSecond float64
	}{
		{"RPM", l.RPM, rates.Attempts}, {"TPM", l.TPM, rates.TotalTokens}, {"ITPM", l.ITPM, rates.TotalTokens - rates.OutputTokens},
		{"OTPM", l.OTPM, rates.OutputTokens},
	} {
		if one.limit > 0 {
			uses = append(uses, Use{one.name, one.limit, one.perSecond * 60 / float64(one.limit)})
		}
	}
	return uses
}

// CPUShare is the processor time as a share of all that there was; false if it is not known.
func (r *Report) CPUShare() (float64, bool) {
	all := r.Elapsed.Seconds() * float64(r.Health.Cores)
	return r.Health.CPU.Seconds() / all, r.Health.CPUKnown && all > 0
}

// JSON writes the report, histograms included, so that Read gives it back.
func (r *Report) JSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(r)
}

// Read reads a report that JSON wrote.
func Read(r io.Reader) (*Report, error) {
	var rep Report
	if err := json.NewDecoder(r).Decode(&rep); err != nil {
		return nil, fmt.Errorf("not a report: %w", err)
	}
	if rep.Schema != Schema {
		return nil, fmt.Errorf("the report's schema is %q and this program reads %q; make the report anew", rep.Schema, Schema)
	}
	return &rep, nil
}
