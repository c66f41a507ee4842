package sim

import (
	"strconv"
	"time"
)

// wholeSeconds writes a wait as a Retry-After header has it. It rounds up, so that who waits as long as told is not early.
func wholeSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// wholeMilliseconds rounds up, too. A fraction would be lost by clients that multiply it back and cut it off.
func wholeMilliseconds(d time.Duration) time.Duration {
	return (d + time.Millisecond - 1).Truncate(time.Millisecond)
}
