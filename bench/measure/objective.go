package measure

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// SLO are objectives of latency; 0 is none. TTFT and E2E count from when a request was due.
type SLO struct {
	TTFT time.Duration `json:"ttft_ns,omitempty"`
	TPOT time.Duration `json:"tpot_ns,omitempty"`
	E2E  time.Duration `json:"e2e_ns,omitempty"`
}

// Met reports that a request was answered and met every objective. An answer without a second token has no TPOT and meets
// that; one that was not streamed meets no objective of TTFT.
func (s SLO) Met(r *Record) bool {
	if !r.Answered() || s.E2E > 0 && r.End-r.Intended > s.E2E {
		return false
	}
	if first, ok := r.first(); s.TTFT > 0 && (!ok || first-r.Intended > s.TTFT) {
		return false
	}
	each, ok := r.tpot()
	return s.TPOT == 0 || !ok || each <= s.TPOT
}

// ParseSLO reads objectives such as "ttft=500ms,tpot=50ms,e2e=10s", each at most once.
func ParseSLO(text string) (SLO, error) {
	var s SLO
	fields := map[string]*time.Duration{"ttft": &s.TTFT, "tpot": &s.TPOT, "e2e": &s.E2E}
	var faults []error
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		to, known := fields[strings.ToLower(strings.TrimSpace(name))]
		d, err := time.ParseDuration(strings.TrimSpace(value))
		if !known || err != nil || d <= 0 || *to != 0 {
			faults = append(faults, fmt.Errorf("%q", part))
			continue
		}
		*to = d
	}
	if len(faults) > 0 {
		return SLO{}, fmt.Errorf("objective %w: write each of ttft, tpot and e2e once at most, such as ttft=500ms,tpot=50ms", errors.Join(faults...))
	}
	return s, nil
}

// String gives the objectives in the form that ParseSLO reads; "" if there are none.
func (s SLO) String() string {
	var parts []string
	for _, one := range []struct {
		name string
		d    time.Duration
	}{{"ttft", s.TTFT}, {"tpot", s.TPOT}, {"e2e", s.E2E}} {
		if one.d > 0 {
			parts = append(parts, one.name+"="+one.d.String())
		}
	}
	return strings.Join(parts, ",")
}
