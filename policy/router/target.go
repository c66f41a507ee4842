package router

import (
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// target is a Target and what has come to be known of it, which the router's lock guards.
type target struct {
	Target
	can request.Capabilities // of the model that requests without one get

	health   *policy.Health
	inFlight int
	queued   atomic.Int32 // attempts at the gate; beside the lock
	attempts int64
	failures map[request.Class]int64
	pace     pace
	last     *request.Error // the failure seen last
}

func newTarget(t Target, health policy.HealthConfig) *target {
	return &target{
		Target: t, can: t.Client.Capabilities(t.Model),
		health: policy.NewHealth(health), failures: map[request.Class]int64{},
	}
}

// model is the name of the model that a request for another is asked of here.
func (t *target) model(asked string) string {
	if t.Model != "" {
		return t.Model
	}
	return asked
}

// capabilities are those of the model that a request for another is asked of here.
func (t *target) capabilities(asked string) request.Capabilities {
	if t.Model != "" || asked == "" {
		return t.can
	}
	return t.Client.Capabilities(asked)
}

// sharesKey reports whether two targets are known to use one key.
func (t *target) sharesKey(u *target) bool {
	return t.Key != "" && t.Key == u.Key && t.Provider == u.Provider
}

// ready reports whether the target may be sent to now.
func (t *target) ready(now time.Time) bool {
	at, ok := t.health.Ready(now)
	return ok && !at.After(now)
}

// view is what an Order may know of the target.
func (t *target) view(asked string) policy.Target {
	return policy.Target{
		Name: t.Name, Provider: t.Provider, Model: t.model(asked), Labels: t.Labels, Weight: t.Weight,
		InFlight: t.inFlight + int(t.queued.Load()),
		Latency:  time.Duration(t.pace.latency), TTFT: time.Duration(t.pace.ttft), PerToken: time.Duration(t.pace.perToken),
	}
}

// begin counts an attempt in, and end counts it out. What the caller ended says nothing of the target.
func (t *target) begin(now time.Time) policy.Trial {
	t.inFlight++
	t.attempts++
	return t.health.Begin(now)
}

func (t *target) end(now time.Time, trial policy.Trial, e *request.Error, byCaller bool) {
	t.inFlight--
	var class request.Class
	if e != nil {
		class = e.Class
		t.failures[class]++
	}
	if byCaller {
		class = request.ClassCanceled
	}
	if e != nil && class != request.ClassCanceled {
		t.last = e
	}
	t.health.End(now, trial, class)
}
