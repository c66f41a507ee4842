package request_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

// Errors of other libraries, by the methods that they have.
type withStatus int

func (e withStatus) Error() string   { return "at most 500 characters" }
func (e withStatus) StatusCode() int { return int(e) }

type withHTTPStatus int

func (e withHTTPStatus) Error() string       { return "operation error" }
func (e withHTTPStatus) HTTPStatusCode() int { return int(e) }

type slow bool

func (e slow) Error() string { return "i/o" }
func (e slow) Timeout() bool { return bool(e) }

func dial(cause error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: cause} }
func read(cause error) error { return &net.OpError{Op: "read", Net: "tcp", Err: cause} }

var foreign = []struct {
	name   string
	err    error
	class  request.Class
	status int
	billed bool
}{
	{"text", errors.New("error 429: at most 500 characters"), request.ClassUnknown, 0, true},
	{"canceled", context.Canceled, request.ClassCanceled, 0, true},
	{"deadline", context.DeadlineExceeded, request.ClassTimeout, 0, true},
	{"sentinel", request.ErrBudget, request.ClassBudget, 0, false},
	{"status 429", withStatus(429), request.ClassRateLimit, 429, false},
	{"status 408", withStatus(408), request.ClassTimeout, 408, true},
	{"status 200", withStatus(200), request.ClassUnknown, 0, true},
	{"status 0 with a status", errors.Join(withStatus(0), withHTTPStatus(503)), request.ClassOverloaded, 503, false},
	{"HTTP status", withHTTPStatus(401), request.ClassAuth, 401, false},
	{"timeout", slow(true), request.ClassTimeout, 0, true},
	{"no timeout", slow(false), request.ClassUnknown, 0, true},
	{"deadline of a file", os.ErrDeadlineExceeded, request.ClassTimeout, 0, true},
	{"refused", dial(syscall.ECONNREFUSED), request.ClassTransient, 0, false},
	{"dial timeout", dial(slow(true)), request.ClassTimeout, 0, false},
	{"reset", read(syscall.ECONNRESET), request.ClassTransient, 0, true},
	{"read timeout", read(os.ErrDeadlineExceeded), request.ClassTimeout, 0, true},
	{"no such host", &net.DNSError{Err: "no such host", Name: "x"}, request.ClassTransient, 0, false},
	{"cut", io.ErrUnexpectedEOF, request.ClassTruncated, 0, true},
}

func TestForeignErrors(t *testing.T) {
	for _, c := range foreign {
		err := fmt.Errorf("item 7: %w", c.err)
		e := request.AsError(err)
		if got := request.Classify(err); got != c.class || e.Class != c.class {
			t.Errorf("%s: classified as %s, made %s; want %s", c.name, got, e.Class, c.class)
		}
		if e.Status != c.status || e.MaybeBilled != c.billed || !errors.Is(e, c.err) {
			t.Errorf("%s: got %+v", c.name, e)
		}
	}
}

func TestOwnErrorsGoFirst(t *testing.T) {
	own := &request.Error{Class: request.ClassQuota, Status: 429, Err: withStatus(500)}
	if got := request.AsError(fmt.Errorf("outer: %w", own)); got != own {
		t.Errorf("got %+v", got)
	}
	if request.AsError(nil) != nil || request.Classify(nil) != "" {
		t.Error("nil is no error")
	}
}

func TestStatuses(t *testing.T) {
	for status, want := range map[int]request.Class{
		0: request.ClassUnknown, 200: request.ClassUnknown, 307: request.ClassInvalid, 400: request.ClassInvalid, 401: request.ClassAuth,
		402: request.ClassQuota, 403: request.ClassPermission, 404: request.ClassNotFound, 408: request.ClassTimeout,
		409: request.ClassTransient, 418: request.ClassInvalid, 422: request.ClassInvalid, 425: request.ClassTransient,
		429: request.ClassRateLimit, 498: request.ClassOverloaded, 500: request.ClassTransient, 502: request.ClassTransient,
		503: request.ClassOverloaded, 504: request.ClassTransient, 529: request.ClassOverloaded, 599: request.ClassTransient,
	} {
		if got, reason := request.ClassifyStatus(status); got != want || reason != "" {
			t.Errorf("%d %s: got %s, %q; want %s", status, http.StatusText(status), got, reason, want)
		}
	}
	if class, reason := request.ClassifyStatus(413); class != request.ClassInvalid || reason != request.ReasonTooLarge {
		t.Errorf("413: got %s, %q", class, reason)
	}
}

func TestEveryClassHasItsQuestion(t *testing.T) {
	questions := map[request.Class]func(error) bool{
		request.ClassRateLimit: request.IsRateLimited, request.ClassOverloaded: request.IsOverloaded, request.ClassQuota: request.IsQuota,
		request.ClassAuth: request.IsAuth, request.ClassPermission: request.IsPermission, request.ClassNotFound: request.IsNotFound,
		request.ClassInvalid: request.IsInvalid, request.ClassContextLength: request.IsContextLength,
		request.ClassContentPolicy: request.IsContentPolicy, request.ClassTransient: request.IsTransient,
		request.ClassTimeout: request.IsTimeout, request.ClassTruncated: request.IsTruncated,
		request.ClassCanceled: request.IsCanceled, request.ClassBudget: request.IsBudget,
	}
	for class := range questions {
		err := fmt.Errorf("item 7: %w", &request.Error{Class: class})
		for other, is := range questions {
			if is(err) != (other == class) {
				t.Errorf("%s counts as %s: %v", class, other, is(err))
			}
		}
	}
}
