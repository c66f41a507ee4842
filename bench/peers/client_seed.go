package main

import (
	"context"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

// openSeed is what is quickly written around langchaingo: a group of goroutines, one for each request, behind a semaphore and a
// limiter that is told the provider's limit. The limiter spaces requests evenly: with a burst of a second's allowance, some would
// reach the provider a moment before it has refilled, and be lost.
func openSeed(s cell.Site) (*cell.Client, error) {
	o, err := openLangchain(s)
	if err != nil {
		return nil, err
	}
	places := semaphore.NewWeighted(int64(s.Callers))
	limiter := rate.NewLimiter(rate.Limit(float64(s.RPM)/60), 1)
	var group errgroup.Group
	behind := func(call cell.Ask) cell.Ask {
		return func(ctx context.Context) (got cell.Answer, err error) {
			done := make(chan struct{})
			group.Go(func() error {
				defer close(done)
				if err = places.Acquire(ctx, 1); err != nil {
					return nil // it is the caller's
				}
				defer places.Release(1)
				if err = limiter.Wait(ctx); err == nil {
					got, err = call(ctx)
				}
				return nil
			})
			<-done
			return got, err
		}
	}
	return &cell.Client{Complete: behind(o.Complete), Stream: behind(o.Stream), Close: func() { _ = group.Wait(); o.Close() }}, nil
}
