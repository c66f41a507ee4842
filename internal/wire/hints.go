package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter returns how long the response asks to wait, 0 if it does not: Retry-After-Ms in milliseconds, else
// Retry-After in seconds, either of them possibly fractional, or as an HTTP date. A date is taken relative to the
// response's own Date, so that the clocks need not agree; now is used where there is none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	if ms, ok := seconds(h.Get("Retry-After-Ms")); ok {
		return scale(ms, time.Millisecond)
	}
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, ok := seconds(value); ok {
		return scale(s, time.Second)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		now = sent
	}
	return max(0, at.Sub(now))
}

func seconds(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && f >= 0 && !math.IsInf(f, 0)
}

// scale rounds up, for a wait must not be cut short, and bounds what does not fit.
func scale(n float64, unit time.Duration) time.Duration {
	d := math.Ceil(n * float64(unit))
	if d >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(d)
}

// ShouldRetry returns the provider's explicit word, X-Should-Retry, or nil.
func ShouldRetry(h http.Header) *bool {
	switch h.Get("X-Should-Retry") {
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	return nil
}

// RequestID returns the provider's name for the exchange, from whichever header it uses.
func RequestID(h http.Header) string {
	for _, name := range [...]string{"X-Request-Id", "Request-Id", "Apim-Request-Id", "X-Ms-Request-Id", "X-Amzn-Requestid", "Cf-Ray"} {
		if v := h[name]; len(v) > 0 {
			return v[0]
		}
	}
	return ""
}
