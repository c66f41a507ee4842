package prom

import "github.com/prometheus/client_golang/prometheus"

const prefix = "llmgate_"

// family is one metric, in Prometheus' base units.
func family(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, labels, nil)
}

// The families of what a dispatcher knows. Labels are bounded: targets, classes and kinds, never content.
var (
	open        = family("open_requests", "Requests that were accepted and have not ended, waiting ones included.")
	inFlight    = family("in_flight_requests", "Attempts under way.", "target")
	queued      = family("queued_requests", "Requests that wait in the target's lane.", "target")
	admitted    = family("admitted_total", "Requests that the target's lane let through.", "target")
	limited     = family("rate_limited_total", "Attempts that the provider refused for its rate limits.", "target")
	cooling     = family("cooldown_seconds", "How long the target's lane waits because the provider said so.", "target")
	resting     = family("rest_seconds", "How long nothing is sent to the target, because its provider asked for it or it keeps failing.", "target")
	up          = family("up", "1 if the target may be used, 0 if it was taken out.", "target")
	tokens      = family("tokens_total", "Tokens of answers, and of failures as far as they are known.", "target", "type")
	cost        = family("cost_dollars_total", "Cost of answers, as far as it is known.", "target")
	unpriced    = family("unpriced_total", "Answers whose cost is not known.", "target")
	limit       = family("limit", "What a window of the provider's limit allows, as it stated it.", "target", "dimension")
	rate        = family("limit_rate", "How much of the limit comes back in a second.", "target", "dimension")
	level       = family("limit_remaining", "How much of the limit is left, negative in debt.", "target", "dimension")
	utilisation = family("limit_utilisation_ratio", "What was used lately as a share of what comes back.", "target", "dimension")
)

var families = []*prometheus.Desc{
	open, inFlight, queued, admitted, limited, cooling, resting, up, tokens, cost, unpriced, limit, rate, level, utilisation,
}

// The histograms, which grow with each attempt and request.
const (
	attemptDuration = prefix + "attempt_duration_seconds"
	firstChunk      = prefix + "time_to_first_chunk_seconds"
	waiting         = prefix + "wait_seconds"
	requestDuration = prefix + "request_duration_seconds"
)

// others are the tenants that have no label of their own.
const others = "other"

// seconds are the bounds of the histograms.
var seconds = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100}
