package bulk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/policy/router"
)

func TestPressureSaysWhyRequestsWait(t *testing.T) {
	later := time.Date(2026, 8, 1, 12, 30, 5, 0, time.UTC)
	limits := []lane.LimitStats{{Dimension: "requests", Utilisation: 0.4}, {Dimension: "tokens", Utilisation: 0.9}}
	for want, target := range map[string]dispatcher.TargetStats{
		"":                                {Lane: lane.Stats{InFlight: 3}},
		"m waits for a place":             {Lane: lane.Stats{Queued: 1}},
		"m waits for its limit of tokens": {Lane: lane.Stats{Queued: 1, Limits: limits}},
		"m waits until 12:30:05, as the provider asked": {Lane: lane.Stats{Queued: 1, Limits: limits, CoolUntil: later}, TargetStats: router.TargetStats{ReadyAt: later}},
		"m failed and is tried again at 12:30:05":       {TargetStats: router.TargetStats{ReadyAt: later}},
		"m is out: no money":                            {Lane: lane.Stats{Err: errors.New("no money"), CoolUntil: later}},
	} {
		target.Name = "m"
		used, why := bulk.Pressure(dispatcher.Stats{Targets: []dispatcher.TargetStats{target}})
		if why != want || (used == 0.9) != (len(target.Lane.Limits) > 0) {
			t.Errorf("%.1f of the limits, %q; want %q", used, why, want)
		}
	}
}
