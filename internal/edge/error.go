package edge

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// StatusError makes the error for a response with an error status. The limits are those that its headers state; clean takes
// secrets out of texts. Who calls it adds provider and model.
func StatusError(status int, h http.Header, body []byte, limits *request.Limits, clean func(string) string) *request.Error {
	found := ParseBody(body)
	if kind, _, _ := strings.Cut(h.Get("X-Amzn-Errortype"), ":"); kind != "" {
		found.Kind = kind
	}
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
	found.byDay(e, clock(h))
	return e
}

// clock is the server's time, so that the clocks need not agree, or else the client's.
func clock(h http.Header) time.Time {
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		return sent
	}
	return time.Now()
}

// byDay makes the wait for a daily quota of Gemini's that for its next day, which begins at midnight in California. The delay
// that it states beside such a quota is that of the minute.
func (e *Failure) byDay(to *request.Error, now time.Time) {
	if to.Class == request.ClassQuota && (len(e.quotas) > 0 || e.Code == "quota_exceeded") {
		to.RetryAfter = max(to.RetryAfter, untilPacificMidnight(now))
	}
}

// pacific is the time of California, where the machine knows its rules, else without its summer time.
var pacific = sync.OnceValue(func() *time.Location {
	if zone, err := time.LoadLocation("America/Los_Angeles"); err == nil {
		return zone
	}
	return time.FixedZone("PST", -8*60*60)
})

func untilPacificMidnight(now time.Time) time.Duration {
	year, month, day := now.In(pacific()).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, pacific()).Sub(now)
}

// byHeaders tells waits of seconds from waits of a day, which only the headers and the words tell apart.
func (e *Failure) byHeaders(to *request.Error) {
	daily := to.Limits.DailyRequests
	switch {
	case to.Class == request.ClassRateLimit && (daily.Stated && daily.Remaining == 0 || containsAny(e.Message, perDay)):
		to.Class, to.Reason = request.ClassQuota, request.ReasonDaily
	case to.Status == http.StatusPaymentRequired && e.inFlight && to.RetryAfter > 0:
		to.Class = request.ClassRateLimit
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
	e.byDay(to, time.Now())
	return to
}

func (e *Failure) newError(status int, clean func(string) string) *request.Error {
	class, reason := e.Classify(status)
	return &request.Error{
		Class: class, Reason: reason, Status: status,
		Code: Shorten(clean(e.Code)), Type: Shorten(clean(e.Kind)), Message: Shorten(clean(e.Message)),
	}
}
