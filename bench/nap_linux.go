package bench

import (
	"syscall"
	"time"
)

// nap has the system put the thread to sleep, which it ends on time to some 60 µs. It may end early, on a signal.
func nap(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil)
}
