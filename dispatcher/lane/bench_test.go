package lane_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/request"
)

// stated are limits that nobody will reach.
var stated = request.Limits{
	Requests: request.Limit{Stated: true, Limit: 1 << 30, Remaining: 1 << 30, Reset: time.Millisecond},
	Tokens:   request.Limit{Stated: true, Limit: 1 << 40, Remaining: 1 << 40, Reset: time.Millisecond},
}

// go test ./dispatcher/lane -run '^$' -bench . -cpu 1,2
func BenchmarkAdmit(b *testing.B) {
	for name, cfg := range map[string]struct {
		ceilings lane.Limits
		stated   request.Limits
	}{
		"nothing known":       {},
		"limits stated":       {stated: stated},
		"and also configured": {stated: stated, ceilings: lane.Limits{RPM: 1 << 40, TPM: 1 << 50}},
	} {
		b.Run(name, func(b *testing.B) {
			l := newLane(b, lane.Config{Limits: cfg.ceilings})
			defer l.Abort()
			o := lane.Outcome{Sent: true, Limits: cfg.stated, Usage: request.Usage{InputTokens: 90, OutputTokens: 50, Reported: true}}
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p, err := l.Acquire(context.Background(), lane.Ticket{Tenant: "a", InputTokens: 100, MaxOutputTokens: 100})
					if err != nil {
						b.Fatal(err)
					}
					p.Done(o)
				}
			})
		})
	}
}

// What a step costs while many wait: each iteration ends one and admits the next.
func BenchmarkBacklog(b *testing.B) {
	for _, waiting := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			l := newLane(b, lane.Config{MaxInFlight: 1})
			ctx, cancel := context.WithCancel(b.Context())
			permits := make(chan *lane.Permit)
			for i := range waiting {
				go func() {
					for {
						p, err := l.Acquire(ctx, lane.Ticket{Tenant: fmt.Sprint(i % 100), Priority: i % 7, InputTokens: i})
						if err != nil {
							return
						}
						permits <- p
					}
				}()
			}
			for l.Stats().Queued < waiting-1 {
				time.Sleep(time.Millisecond)
			}
			b.ReportAllocs()
			for b.Loop() {
				(<-permits).Done(lane.Outcome{Sent: true})
			}
			cancel()
			(<-permits).Done(lane.Outcome{})
			l.Abort()
		})
	}
}

// The same through a goroutine with a mailbox in place of the lock: two messages and a reply for each request.
func BenchmarkMailbox(b *testing.B) {
	l := newLane(b, lane.Config{})
	defer l.Abort()
	steps, stop := make(chan func()), make(chan struct{})
	go func() {
		for {
			select {
			case step := <-steps:
				step()
			case <-stop:
				return
			}
		}
	}()
	defer close(stop)
	b.ReportAllocs()
	for b.Loop() {
		reply := make(chan *lane.Permit, 1)
		steps <- func() {
			p, _ := l.Acquire(context.Background(), lane.Ticket{Tenant: "a"})
			reply <- p
		}
		p := <-reply
		steps <- func() { p.Done(lane.Outcome{Sent: true}) }
	}
}
