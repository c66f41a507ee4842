package edge

import (
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Classify decides what kind of failure a body and its status describe. The body goes first: providers use 429 and 400
// for several things. Words of the message are trusted only where no code says it.
func (e *Failure) Classify(status int) (request.Class, request.Reason) {
	if class, reason, ok := e.byCode(); ok {
		return class, reason
	}
	if status == http.StatusTooManyRequests && zeroLimit.MatchString(e.Message) {
		return request.ClassPermission, request.ReasonPlan
	}
	if class, reason, ok := e.byQuota(); ok {
		return class, reason
	}
	if class, reason, ok := e.byWords(status); ok {
		return class, reason
	}
	if e.moderated {
		return request.ClassContentPolicy, ""
	}
	if status == http.StatusOK {
		for _, word := range [...]string{e.Code, e.Kind} {
			if class, ok := kinds[word]; ok {
				return class, ""
			}
		}
	}
	return classifyStatus(status)
}

func (e *Failure) byCode() (request.Class, request.Reason, bool) {
	for _, word := range [...]string{e.detail, e.Code, e.Kind} {
		if c, ok := codes[word]; ok {
			return c.class, c.reason, true
		}
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

// statusCapacity is Groq's own status for a flex tier without capacity, statusOverloaded Anthropic's.
const (
	statusCapacity   = 498
	statusOverloaded = 529
)

func classifyStatus(status int) (request.Class, request.Reason) {
	switch status {
	case http.StatusUnauthorized:
		return request.ClassAuth, ""
	case http.StatusPaymentRequired:
		return request.ClassQuota, ""
	case http.StatusForbidden:
		return request.ClassPermission, ""
	case http.StatusNotFound:
		return request.ClassNotFound, ""
	case http.StatusRequestTimeout:
		return request.ClassTimeout, ""
	case http.StatusRequestEntityTooLarge:
		return request.ClassInvalid, request.ReasonTooLarge
	case http.StatusTooManyRequests:
		return request.ClassRateLimit, ""
	case statusCapacity, http.StatusServiceUnavailable, statusOverloaded:
		return request.ClassOverloaded, ""
	case http.StatusConflict, http.StatusTooEarly:
		return request.ClassTransient, ""
	}
	switch {
	case status >= 500, status == http.StatusOK:
		return request.ClassTransient, ""
	case status >= 300:
		return request.ClassInvalid, ""
	}
	return request.ClassUnknown, ""
}
