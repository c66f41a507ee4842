package request

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
)

// Classify gives the class of any error: that of the *Error in its chain, else what its type says; see AsError. The class of
// nil is empty; that of an error which says nothing of itself is ClassUnknown. The text of an error is never read: "at most
// 500 characters" is no status.
func Classify(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return classifyForeign(err).Class
}

// AsError returns the *Error in an error's chain, or makes one that wraps it. Of errors of other libraries it knows those of
// package context, those with a method StatusCode or HTTPStatusCode, those with a method Timeout, and those of package net.
// It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := classifyForeign(err)
	e.Err = err
	return &e
}

func classifyForeign(err error) Error {
	if s, ok := errors.AsType[sentinel](err); ok {
		return Error{Class: Class(s)}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return Error{Class: ClassCanceled, MaybeBilled: true}
	case errors.Is(err, context.DeadlineExceeded):
		return Error{Class: ClassTimeout, MaybeBilled: true}
	}
	if status := statusOf(err); status >= 300 {
		class, reason := ClassifyStatus(status)
		return Error{Class: class, Reason: reason, Status: status, MaybeBilled: class == ClassTimeout}
	}
	return Error{Class: classifyNetwork(err), MaybeBilled: !neverConnected(err)}
}

// statusOf is the HTTP status that an error carries, or 0.
func statusOf(err error) (status int) {
	var (
		plain interface{ StatusCode() int }
		named interface{ HTTPStatusCode() int }
	)
	if errors.As(err, &plain) {
		status = plain.StatusCode()
	}
	if status == 0 && errors.As(err, &named) {
		status = named.HTTPStatusCode()
	}
	return status
}

func classifyNetwork(err error) Class {
	var (
		timed interface{ Timeout() bool }
		op    *net.OpError
		dns   *net.DNSError
	)
	switch {
	case errors.As(err, &timed) && timed.Timeout():
		return ClassTimeout
	case errors.As(err, &op), errors.As(err, &dns):
		return ClassTransient
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ClassTruncated
	}
	return ClassUnknown
}

// neverConnected reports that nothing can have reached the provider.
func neverConnected(err error) bool {
	var (
		op  *net.OpError
		dns *net.DNSError
	)
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// Statuses that package http has no names for: Groq's for a flex tier without capacity, and Anthropic's for overload.
const (
	statusCapacity   = 498
	statusOverloaded = 529
)

// ClassifyStatus gives the class that an HTTP status has where nothing else says more: providers use 400 and 429 for several
// things, which only the body tells apart. That of a status below 300 is ClassUnknown.
func ClassifyStatus(status int) (Class, Reason) {
	switch status {
	case http.StatusUnauthorized:
		return ClassAuth, ""
	case http.StatusPaymentRequired:
		return ClassQuota, ""
	case http.StatusForbidden:
		return ClassPermission, ""
	case http.StatusNotFound:
		return ClassNotFound, ""
	case http.StatusRequestTimeout:
		return ClassTimeout, ""
	case http.StatusRequestEntityTooLarge:
		return ClassInvalid, ReasonTooLarge
	case http.StatusTooManyRequests:
		return ClassRateLimit, ""
	case statusCapacity, http.StatusServiceUnavailable, statusOverloaded:
		return ClassOverloaded, ""
	case http.StatusConflict, http.StatusTooEarly:
		return ClassTransient, ""
	}
	switch {
	case status >= 500:
		return ClassTransient, ""
	case status >= 300:
		return ClassInvalid, ""
	}
	return ClassUnknown, ""
}
