package contract

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// errorCases are error responses.
var errorCases = []check{
	{name: "error responses", needs: []Feature{Wire, Errors}, run: errorResponses},
	{name: "error response that is no JSON", needs: []Feature{Wire}, run: errorPage},
	{name: "wait hints", needs: []Feature{Wire, Errors}, run: waitHints},
	{name: "explicit word on retrying", needs: []Feature{Wire}, run: shouldRetry},
	{name: "request ID of a failure", needs: []Feature{Wire}, run: requestID},
	{name: "no secret in an error", needs: []Feature{Wire}, run: noSecret},
}

func errorResponses(s *stage) error {
	var errs []error
	for _, f := range all(s.features.Errors) {
		err := s.fails(setting{instead: f.response()}, ask("Hello?"), func(e *request.Error, _ *Provider) error {
			return errors.Join(
				want("the class", e.Class, f.Class),
				want("the reason", e.Reason, f.Reason),
				want("the status", e.Status, f.Status),
				that(f.AnyWait || e.RetryAfter == f.wait(), "the wait is %v, not %v", e.RetryAfter, f.wait()),
				want("whether it may be billed", e.MaybeBilled, f.MaybeBilled),
			)
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
		}
	}
	return errors.Join(errs...)
}

func errorPage(s *stage) error {
	for status, class := range map[int]request.Class{
		http.StatusBadGateway: request.ClassTransient, http.StatusServiceUnavailable: request.ClassOverloaded,
		http.StatusTooManyRequests: request.ClassRateLimit, http.StatusUnauthorized: request.ClassAuth,
	} {
		page := canned{status: status, header: http.Header{"Content-Type": {"text/html"}}, body: "<html><head><title>Sorry</title></head><body>nginx says no</body></html>"}
		err := s.fails(setting{instead: page}, ask("Hello?"), func(e *request.Error, _ *Provider) error {
			return errors.Join(want(fmt.Sprint("the class of a page with the status ", status), e.Class, class), want("the status", e.Status, status))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hints are the ways in which any server or proxy says how long to wait. A hint is never shortened.
var hints = []struct {
	header http.Header
	wait   time.Duration
}{
	{http.Header{"Retry-After": {"7"}}, 7 * time.Second},
	{http.Header{"Retry-After": {"0.25"}}, 250 * time.Millisecond},
	{http.Header{"Retry-After-Ms": {"1234.5"}}, 1234500 * time.Microsecond},
	{http.Header{"Retry-After": {"9"}, "Retry-After-Ms": {"8001"}}, 8001 * time.Millisecond},
	{http.Header{"Retry-After": {"86400"}}, 24 * time.Hour},
	{http.Header{"Retry-After": {"Mon, 02 Jan 2040 03:04:35 GMT"}, "Date": {"Mon, 02 Jan 2040 03:04:05 GMT"}}, 30 * time.Second},
	{http.Header{"Retry-After": {"Mon, 02 Jan 2006 03:04:05 GMT"}, "Date": {"Mon, 02 Jan 2040 03:04:05 GMT"}}, 0},
	{http.Header{"Retry-After": {"soon"}}, 0},
	{http.Header{}, 0},
}

func waitHints(s *stage) error {
	limited, ok := rateLimit(s.features.Errors)
	if !ok {
		return errors.New("the sets of errors have no rate limit without a wait")
	}
	for _, hint := range hints {
		response := limited.response()
		response.header = hint.header
		err := s.fails(setting{instead: response}, ask("Hello?"), func(e *request.Error, _ *Provider) error {
			return errors.Join(want(fmt.Sprint("the wait of ", hint.header), e.RetryAfter, hint.wait), want("the class", e.Class, request.ClassRateLimit))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func shouldRetry(s *stage) error {
	for text, word := range map[string]*bool{"true": new(true), "false": new(false), "": nil} {
		header := http.Header{}
		if text != "" {
			header.Set("X-Should-Retry", text)
		}
		err := s.fails(setting{instead: canned{status: http.StatusInternalServerError, header: header, body: "{}"}}, ask("Hello?"), func(e *request.Error, _ *Provider) error {
			return want("the word on retrying after X-Should-Retry: "+text, e.ShouldRetry, word)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func requestID(s *stage) error {
	for _, name := range []string{"X-Request-Id", "Request-Id"} {
		header := http.Header{}
		header.Set(name, "req_contract_1")
		err := s.fails(setting{instead: canned{status: http.StatusInternalServerError, header: header, body: "{}"}}, ask("Hello?"), func(e *request.Error, _ *Provider) error {
			return want("the request ID of "+name, e.RequestID, "req_contract_1")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noSecret has everything that can talk repeat the key. Every error of every case is looked at; here are those that have it.
func noSecret(s *stage) error {
	echo := `{"error":{"message":"bad key ` + Key + `","type":"` + Key + `","code":"` + Key + `","status":"` + Key + `"},"message":"` + Key + `"}`
	for _, instead := range []http.RoundTripper{
		canned{status: http.StatusUnauthorized, body: echo},
		canned{status: http.StatusBadRequest, body: "Bearer " + Key},
		canned{status: http.StatusFound, header: http.Header{"Location": {"https://elsewhere.example/?key=" + Key}}},
		canned{status: http.StatusOK, body: echo},
		unread{fmt.Errorf("proxy refused the header Authorization: Bearer %s", Key)},
	} {
		err := s.fails(setting{instead: instead}, ask("Hello?"), func(*request.Error, *Provider) error { return nil })
		if err != nil {
			return err
		}
	}
	return nil
}
