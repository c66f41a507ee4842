package openai

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// statusError turns a response with an error status into an error, and closes it.
func (cl *call) statusError(reply *wire.Reply) error {
	body, err := reply.ErrorBody()
	if err != nil {
		return cl.named(err)
	}
	defer body.Free()
	found := parseErrorBody(body.B)
	if reply.Status >= 300 && reply.Status < 400 {
		found.message = "the server redirects to " + reply.Header.Get("Location") + "; set the base URL to where it really is"
	}
	e := cl.errorFor(reply.Status, found)
	e.MaybeBilled = e.Class == request.ClassTimeout
	e.ShouldRetry = wire.ShouldRetry(reply.Header)
	e.RetryAfter = wire.RetryAfter(reply.Header, time.Now())
	if e.Class == request.ClassRateLimit && e.RetryAfter == 0 {
		e.RetryAfter = resetWait(&e.Limits)
	}
	cl.dailyOrInFlight(e, found)
	return e
}

// dailyOrInFlight tells waits of seconds from waits of a day, which only the headers and the words tell apart.
func (cl *call) dailyOrInFlight(e *request.Error, found *wireError) {
	daily := e.Limits.DailyRequests
	switch {
	case e.Class == request.ClassRateLimit && (daily.Stated && daily.Remaining == 0 || strings.Contains(found.message, "per day")):
		e.Class, e.Reason = request.ClassQuota, request.ReasonDaily
	case e.Status == http.StatusPaymentRequired && found.inFlight && e.RetryAfter > 0:
		e.Class = request.ClassRateLimit
	}
}

// inBandError turns an error object that stood in a good response into an error. Its code is often a status.
func (cl *call) inBandError(found *wireError) error {
	status := http.StatusOK
	if code, err := strconv.Atoi(found.code); err == nil && code >= 400 && code <= 599 {
		status = code
	}
	e := cl.errorFor(status, found)
	e.Status, e.MaybeBilled, e.Partial = http.StatusOK, true, cl.answer.response
	return e
}

func (cl *call) errorFor(status int, found *wireError) *request.Error {
	class, reason := classify(status, found)
	resp := cl.answer.response
	clean := func(s string) string { return shorten(cl.client.wire.Redact(s)) }
	return &request.Error{
		Class: class, Reason: reason, Provider: cl.client.cfg.Provider, Model: cl.model,
		Status: status, Code: clean(found.code), Type: clean(found.kind), Message: clean(found.message),
		RequestID: resp.RequestID, Limits: resp.Limits,
	}
}

// classify decides what kind of failure a body and its status describe. The body goes first: providers use 429 and 400
// for several things. Words of the message are trusted only where no code says it.
func classify(status int, e *wireError) (request.Class, request.Reason) {
	if class, reason, ok := classifyCode(e); ok {
		return class, reason
	}
	if class, reason, ok := classifyWords(status, strings.ToLower(e.message)); ok {
		return class, reason
	}
	if e.moderated {
		return request.ClassContentPolicy, ""
	}
	if status == http.StatusOK {
		for _, word := range [...]string{e.code, e.kind} {
			if class, ok := kinds[word]; ok {
				return class, ""
			}
		}
	}
	return classifyStatus(status)
}

// kinds stand in for a status where there is none: in an error inside a stream.
var kinds = map[string]request.Class{
	"rate_limit_exceeded":   request.ClassRateLimit,
	"rate_limit_error":      request.ClassRateLimit,
	"requests":              request.ClassRateLimit,
	"tokens":                request.ClassRateLimit,
	"overloaded_error":      request.ClassOverloaded,
	"service_unavailable":   request.ClassOverloaded,
	"server_error":          request.ClassTransient,
	"invalid_request_error": request.ClassInvalid,
	"authentication_error":  request.ClassAuth,
	"permission_error":      request.ClassPermission,
	"not_found_error":       request.ClassNotFound,
	"timeout":               request.ClassTimeout,
}

// codes are the error codes and types whose meaning does not depend on the status.
var codes = map[string]struct {
	class  request.Class
	reason request.Reason
}{
	"insufficient_quota":                {request.ClassQuota, ""},
	"credit_balance_exhausted":          {request.ClassQuota, ""},
	"organization_spend_limit_exceeded": {request.ClassQuota, ""},
	"organization_usage_limit_exceeded": {request.ClassQuota, ""},
	"billing_hard_limit_reached":        {request.ClassQuota, ""},
	"billing_not_active":                {request.ClassQuota, ""},
	"project_spend_limit_exceeded":      {request.ClassQuota, request.ReasonProject},
	"slow_down":                         {request.ClassOverloaded, request.ReasonRamp},
	"capacity_exceeded":                 {request.ClassOverloaded, ""},
	"context_length_exceeded":           {request.ClassContextLength, ""},
	"exceed_context_size_error":         {request.ClassContextLength, ""},
	"content_policy_violation":          {request.ClassContentPolicy, ""},
	"content_filter":                    {request.ClassContentPolicy, ""},
	"invalid_prompt":                    {request.ClassContentPolicy, ""},
	"data_inspection_failed":            {request.ClassContentPolicy, ""},
	"invalid_api_key":                   {request.ClassAuth, ""},
	"model_not_found":                   {request.ClassNotFound, ""},
	"DeploymentNotFound":                {request.ClassNotFound, ""},
}

func classifyCode(e *wireError) (request.Class, request.Reason, bool) {
	for _, word := range [...]string{e.code, e.kind} {
		if c, ok := codes[word]; ok {
			return c.class, c.reason, true
		}
	}
	return "", "", false
}

// tooLong are the ways in which servers without a code say that a prompt does not fit.
var tooLong = []string{
	"maximum context length", "context length is", "context window", "prompt is too long", "input is too long",
	"reduce the length of the messages", "maximum prompt length", "exceeds the available context size",
}

func classifyWords(status int, message string) (request.Class, request.Reason, bool) {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		for _, words := range tooLong {
			if strings.Contains(message, words) {
				return request.ClassContextLength, "", true
			}
		}
	case http.StatusTooManyRequests:
		switch {
		case strings.Contains(message, "request too large") && exceedsLimit(message):
			return request.ClassInvalid, request.ReasonTooLarge, true
		case strings.Contains(message, "high demand"):
			return request.ClassOverloaded, "", true
		}
	}
	return "", "", false
}

// exceedsLimit reads "Limit X, Requested Y": a request above the whole limit never fits.
func exceedsLimit(message string) bool {
	limit, ok := numberAfter(message, "limit ")
	requested, also := numberAfter(message, "requested ")
	return ok && also && requested > limit
}

func numberAfter(message, word string) (int, bool) {
	_, rest, found := strings.Cut(message, word)
	if !found {
		return 0, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	n, err := strconv.Atoi(rest[:end])
	return n, err == nil
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
