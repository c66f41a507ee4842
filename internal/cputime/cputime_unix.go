//go:build unix

// Package cputime tells how much of the processors a process has used.
package cputime

import (
	"syscall"
	"time"
)

// Used is what this process has used so far, user and system; false where the system does not tell.
func Used() (time.Duration, bool) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err == nil
}
