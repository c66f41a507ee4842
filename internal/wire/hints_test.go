package wire_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		name              string
		ms, seconds, date string
		want              time.Duration
	}{
		{name: "none"},
		{name: "seconds", seconds: "30", want: 30 * time.Second},
		{name: "fraction", seconds: "1.5", want: 1500 * time.Millisecond},
		{name: "zero", seconds: "0"},
		{name: "spaces", seconds: " 2 ", want: 2 * time.Second},
		{name: "milliseconds first", ms: "250.5", seconds: "9", want: 250500 * time.Microsecond},
		{name: "bad milliseconds", ms: "soon", seconds: "9", want: 9 * time.Second},
		{name: "date", seconds: date(time.Minute), want: time.Minute},
		{name: "date by the server's clock", seconds: date(time.Hour + time.Minute), date: date(time.Hour), want: time.Minute},
		{name: "date in the past", seconds: date(-time.Minute)},
		{name: "ten minutes are not shortened", seconds: "600", want: 10 * time.Minute},
		{name: "negative", seconds: "-5"},
		{name: "NaN", seconds: "NaN"},
		{name: "infinite", seconds: "Inf"},
		{name: "words", seconds: "later"},
		{name: "huge", seconds: "1e30", want: math.MaxInt64},
		{name: "rounded up", seconds: "0.0000000011", want: 2},
	} {
		h := http.Header{}
		for name, value := range map[string]string{"Retry-After-Ms": c.ms, "Retry-After": c.seconds, "Date": c.date} {
			if value != "" {
				h.Set(name, value)
			}
		}
		if got := wire.RetryAfter(h, now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestShouldRetryAndRequestID(t *testing.T) {
	h := http.Header{}
	if wire.ShouldRetry(h) != nil || wire.RequestID(h) != "" {
		t.Error("something was read from no headers")
	}
	h.Set("x-should-retry", "false")
	h.Set("apim-request-id", "azure-1")
	if v := wire.ShouldRetry(h); v == nil || *v || wire.RequestID(h) != "azure-1" {
		t.Errorf("got %v, %q", v, wire.RequestID(h))
	}
	h.Set("x-should-retry", "true")
	h.Set("x-request-id", "req_1")
	if v := wire.ShouldRetry(h); v == nil || !*v || wire.RequestID(h) != "req_1" {
		t.Errorf("got %v, %q", v, wire.RequestID(h))
	}
}
