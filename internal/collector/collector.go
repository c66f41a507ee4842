// Package collector lets a command use the memory that it may take, and bounds it: with little alive the garbage collector seldom
// runs, and with much alive it leaves little room to garbage. What it sets is the whole process's, so that only a command may use
// it; a library leaves that to its program.
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
	// room is what the runtime may hold, in bytes, as long as that is enough: some 30 MB less than the process has then, of which
	// the program's text takes most.
	room = 112 << 20
	// beside is what it needs beside what is alive: stacks, and what it knows of them.
	beside = 32 << 20
	// seldom is the percentage at which the collector runs as long as there is room.
	seldom = 400
	// every is how often it is looked what is alive. What is to stay comes at some megabytes a second and less.
	every = time.Second / 2
)

// Bound bounds the memory of the process until it is released. Where the bound would be less than a third above what is alive, it
// is raised: a collector that ran all the time would leave none to the work. A limit that the user set with GOMEMLIMIT holds
// instead, and a percentage set with GOGC is for the caller to look at. It does not block.
func Bound() (release func()) {
	percent, limit := debug.SetGCPercent(seldom), debug.SetMemoryLimit(-1)
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	if limit == math.MaxInt64 {
		debug.SetMemoryLimit(room)
		following.Go(func() { follow(ctx) })
	}
	return func() {
		cancel()
		following.Wait()
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

func follow(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			metrics.Read(live)
			debug.SetMemoryLimit(bound(int64(live[0].Value.Uint64())))
		}
	}
}

// bound is the limit for what is alive.
func bound(live int64) int64 { return max(room, live+live/3+beside) }
