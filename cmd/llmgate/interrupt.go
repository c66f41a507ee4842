package main

import (
	"context"
	"fmt"
	"io"
	"sync"
)

// interruption turns the user's interrupts into two stops: the first drains, the second cancels.
type interruption struct {
	// drain is closed by the first interrupt, ctx ended by the second.
	drain chan struct{}
	ctx   context.Context

	cancel context.CancelFunc
	over   chan struct{}
	wait   sync.WaitGroup
}

// heedInterrupts listens until end. The first interrupt also closes the input, which may be waiting for a slow writer. A
// third kills the process, which may be waiting for a slow reader.
func (a *app) heedInterrupts(ctx context.Context, in io.Closer) *interruption {
	i := &interruption{drain: make(chan struct{}), over: make(chan struct{})}
	i.ctx, i.cancel = context.WithCancel(ctx)
	release := a.listen()
	i.wait.Go(func() {
		defer release()
		select {
		case <-a.interrupts:
		case <-i.over:
			return
		}
		close(i.drain)
		in.Close()
		fmt.Fprintln(a.err, "\nllmgate: finishing what is in flight; interrupt again to stop at once")
		select {
		case <-a.interrupts:
			i.cancel()
		case <-i.over:
		}
	})
	return i
}

// end stops listening.
func (i *interruption) end() {
	close(i.over)
	i.wait.Wait()
	i.cancel()
}

func (i *interruption) happened() bool {
	select {
	case <-i.drain:
		return true
	default:
		return false
	}
}
