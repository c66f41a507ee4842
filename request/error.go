package request

import (
	"strconv"
	"strings"
	"time"
)

// Error is a failed call, classified once where it happened. It never holds a secret.
type Error struct {
	Class Class
	// Reason refines the class where a decision depends on it: one of the Reason constants, usually empty.
	Reason Reason

	Provider string
	Model    string
	// Status is the HTTP status, 0 if none was received; Code and Type are the provider's own words for the failure.
	Status  int
	Code    string
	Type    string
	Message string
	// RequestID names the exchange for the provider's support.
	RequestID string

	// RetryAfter is how long the provider asked to wait, 0 if it did not say. It is never shortened.
	RetryAfter time.Duration
	// ShouldRetry is the provider's explicit word on whether to try again; it overrides the class.
	ShouldRetry *bool
	// Limits are the rate limits that the response headers stated.
	Limits Limits
	// MaybeBilled: the provider may have done the work, and charge for it.
	MaybeBilled bool
	// Partial is what had arrived of the answer, or nil.
	Partial *Response
	// Attempts lists every try, the last failure last. A client of a single provider leaves it empty.
	Attempts []Attempt

	// Err is the cause, or nil.
	Err error
}

// Reason refines a Class.
type Reason string

// The reasons.
const (
	// ReasonTooLarge, with ClassInvalid: the body is larger than the server takes.
	ReasonTooLarge Reason = "too_large"
	// ReasonAboveLimit, with ClassInvalid: the request needs more than the whole rate limit, so that no wait lets it pass.
	ReasonAboveLimit Reason = "above_limit"
	// ReasonConflict, with ClassInvalid: it collided with another request; a second try may pass, more will not.
	ReasonConflict Reason = "conflict"
	// ReasonInFlight, with ClassRateLimit: the balance does not cover everything that is under way; some of it must end first.
	ReasonInFlight Reason = "in_flight"
	// ReasonRamp, with ClassOverloaded: traffic grew too fast; send less, then more slowly.
	ReasonRamp Reason = "ramp"
	// ReasonDaily, with ClassQuota: a daily allowance is used up; RetryAfter is when the next one begins, if that is known.
	ReasonDaily Reason = "daily"
	// ReasonProject, with ClassQuota: the allowance is one project's; another key may have its own.
	ReasonProject Reason = "project"
	// ReasonKey, with ClassQuota: the allowance is that of the key or its account; only another key helps.
	ReasonKey Reason = "key"
	// ReasonPlan, with ClassPermission: the plan does not include it.
	ReasonPlan Reason = "plan"
	// ReasonStalled, with ClassTimeout: the answer began and then nothing more came.
	ReasonStalled Reason = "stalled"
	// ReasonExpired, with ClassTimeout: the batch was over before the request's turn came. It was not billed.
	ReasonExpired Reason = "expired"
)

// Error describes the failure in one line: provider, class, status and code, message, cause, request id and wait.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Provider != "" {
		b.WriteString(e.Provider)
		b.WriteString(": ")
	}
	b.WriteString(string(e.Class))
	if e.Status != 0 || e.Code != "" {
		b.WriteString(" (")
		b.WriteString(e.statusAndCode())
		b.WriteString(")")
	}
	e.writeText(&b)
	if e.RequestID != "" {
		b.WriteString(" [request " + e.RequestID + "]")
	}
	if e.RetryAfter > 0 {
		b.WriteString("; retry after " + e.RetryAfter.String())
	}
	return b.String()
}

func (e *Error) statusAndCode() string {
	switch {
	case e.Status == 0:
		return e.Code
	case e.Code == "":
		return strconv.Itoa(e.Status)
	}
	return strconv.Itoa(e.Status) + " " + e.Code
}

func (e *Error) writeText(b *strings.Builder) {
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err == nil {
		return
	}
	if cause := e.Err.Error(); !strings.Contains(e.Message, cause) {
		b.WriteString(": " + cause)
	}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the sentinel of the error's class.
func (e *Error) Is(target error) bool {
	s, ok := target.(sentinel)
	return ok && Class(s) == e.Class
}
