package edge

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// StatusError makes the error for a response with an error status. The limits are those that its headers state; clean takes
// secrets out of texts. Who calls it adds provider and model.
func StatusError(status int, h http.Header, body []byte, limits *request.Limits, clean func(string) string) *request.Error {
	found := parse(h, body)
	if status >= 300 && status < 400 {
		found.Message = "the server redirects to " + h.Get("Location") + "; set the base URL to where it really is"
	}
	e := found.newError(status, clean)
	e.RequestID, e.Limits = wire.RequestID(h), *limits
	e.MaybeBilled = e.Class == request.ClassTimeout
	e.ShouldRetry = wire.ShouldRetry(h)
	e.RetryAfter = wire.RetryAfter(h, time.Now())
	if e.RetryAfter == 0 && e.Class == request.ClassRateLimit && found.wait == 0 {
		e.RetryAfter = resetWait(limits)
	}
	e.RetryAfter = max(e.RetryAfter, found.wait)
	found.byHeaders(e)
	found.renew(e, clock(h))
	return e
}

// parse reads a body, and the header in which Amazon names the kind of a failure.
func parse(h http.Header, body []byte) *Failure {
	found := ParseBody(body)
	if kind, _, _ := strings.Cut(h.Get("X-Amzn-Errortype"), ":"); kind != "" {
		found.Kind = kind
	}
	return found
}

// byHeaders tells waits of seconds from waits of a day, which only the headers and the words tell apart.
func (e *Failure) byHeaders(to *request.Error) {
	daily := to.Limits.DailyRequests
	if to.Class == request.ClassRateLimit && (daily.Stated && daily.Remaining == 0 || containsAny(e.Message, perDay)) {
		to.Class, to.Reason = request.ClassQuota, request.ReasonDaily
	}
}

// InBandError makes the error for a failure that stood in a good response. Its code is often a status.
func (e *Failure) InBandError(clean func(string) string) *request.Error {
	status := http.StatusOK
	if code, err := strconv.Atoi(e.Code); err == nil && code >= 400 && code <= 599 {
		status = code
	}
	to := e.newError(status, clean)
	to.Status, to.MaybeBilled, to.RetryAfter = http.StatusOK, true, e.wait
	e.renew(to, time.Now())
	return to
}

func (e *Failure) newError(status int, clean func(string) string) *request.Error {
	class, reason := e.Classify(status)
	return &request.Error{
		Class: class, Reason: reason, Status: status,
		Code: Shorten(clean(e.Code)), Type: Shorten(clean(e.Kind)), Message: Shorten(clean(e.Message)),
	}
}
