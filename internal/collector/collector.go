// Package collector lets a command use the room that it may take, and no more than it needs beyond that: with little alive the
// garbage collector seldom runs, and with much alive it leaves little room to garbage. It sets what belongs to the whole process,
// so that only a command may use it; a library leaves that to its program.
package collector

import (
	"context"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// seldom is the percentage at which the collector runs as long as there is room.
	seldom = 400
	// every is how often it is looked what is alive. What is to stay comes at a megabyte a second and less.
	every = time.Second / 2
	// beside is what a process needs beside what is alive: stacks, and what the runtime knows of them.
	beside = 32 << 20
)

// Bound keeps what the runtime holds of memory, in bytes, to room, until it is released. Where that would be less than a third more
// than what is alive, it grows: a collector that ran all the time would leave no time for the work. It blocks for nothing.
func Bound(room int64) (release func()) {
	percent, limit := debug.SetGCPercent(seldom), debug.SetMemoryLimit(room)
	if limit != math.MaxInt64 {
		debug.SetMemoryLimit(limit) // the user's own
	}
	ctx, cancel := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	if limit == math.MaxInt64 {
		looking.Go(func() { follow(ctx, room) })
	}
	return func() {
		cancel()
		looking.Wait()
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

func follow(ctx context.Context, room int64) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	n := 0
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if n++; n%20 == 0 {
				dump()
			}
			metrics.Read(live)
			debug.SetMemoryLimit(bound(room, int64(live[0].Value.Uint64())))
		}
	}
}

// bound is the limit for what is alive.
func bound(room, live int64) int64 { return max(room, live+live/3+beside) }
