package edge

import (
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Classify decides what kind of failure a body and its status describe. The body goes first: providers use 429 and 400
// for several things. Words of the message are trusted only where no code says it.
func (e *Failure) Classify(status int) (request.Class, request.Reason) {
	if class, reason, ok := e.byBody(status); ok {
		return class, reason
	}
	if status != http.StatusOK {
		return request.ClassifyStatus(status)
	}
	if class, ok := e.byKind(); ok {
		return class, ""
	}
	return request.ClassTransient, ""
}

// byBody goes by what the body says, whose words mean the same whatever the status, or only under the status that they fit.
func (e *Failure) byBody(status int) (request.Class, request.Reason, bool) {
	if class, reason, ok := e.byCode(); ok {
		return class, reason, true
	}
	if status == http.StatusTooManyRequests && zeroLimit.MatchString(e.Message) {
		return request.ClassPermission, request.ReasonPlan, true
	}
	if class, reason, ok := e.byQuota(); ok {
		return class, reason, true
	}
	if class, reason, ok := e.byWords(status); ok {
		return class, reason, true
	}
	if e.moderated {
		return request.ClassContentPolicy, "", true
	}
	return e.byLimitSource()
}

func (e *Failure) byCode() (request.Class, request.Reason, bool) {
	for _, word := range [...]string{e.detail, e.Code, e.Kind} {
		if c, ok := codes[word]; ok {
			return c.class, c.reason, true
		}
	}
	return "", "", false
}

// byKind goes by words that a status says better, where there is one.
func (e *Failure) byKind() (request.Class, bool) {
	for _, word := range [...]string{e.Code, e.Kind} {
		if class, ok := kinds[word]; ok {
			return class, true
		}
	}
	return "", false
}

// byLimitSource goes by whose allowance OpenRouter found used up: what is in flight will pass, credit will not come back.
func (e *Failure) byLimitSource() (request.Class, request.Reason, bool) {
	switch e.limitSource {
	case "openrouter_in_flight_budget":
		return request.ClassRateLimit, request.ReasonInFlight, true
	case "openrouter_credits", "openrouter_key_limit":
		return request.ClassQuota, request.ReasonKey, true
	}
	return "", "", false
}

// byQuota goes by the names of the quotas that were exceeded: one that lasts a day outweighs those of a minute.
func (e *Failure) byQuota() (request.Class, request.Reason, bool) {
	class := request.Class("")
	for _, quota := range e.quotas {
		switch {
		case strings.Contains(quota, "PerDay"):
			return request.ClassQuota, request.ReasonDaily, true
		case strings.Contains(quota, "PerMinute"):
			class = request.ClassRateLimit
		}
	}
	return class, "", class != ""
}
