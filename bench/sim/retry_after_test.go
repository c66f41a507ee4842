package sim

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Who waits as told, by the arithmetic that clients use, is never early and hardly late.
func TestRetryAfter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wait := time.Duration(rapid.Int64Range(0, int64(240*time.Hour)).Draw(t, "wait"))
		h := http.Header{}
		setRetryAfter(h, wait)
		seconds, err := strconv.Atoi(h.Get("Retry-After"))
		if err != nil {
			t.Fatal(err)
		}
		ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []struct{ wait, resolution time.Duration }{
			{time.Duration(seconds) * time.Second, time.Second}, {time.Duration(ms * float64(time.Millisecond)), time.Millisecond},
		} {
			if got.wait < wait || got.wait >= wait+got.resolution {
				t.Fatalf("a wait of %v is told as %v", wait, got.wait)
			}
		}
	})
}
