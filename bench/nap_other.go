//go:build !linux

package bench

import "time"

// nap is the runtime's own timer.
func nap(d time.Duration) { time.Sleep(d) }
