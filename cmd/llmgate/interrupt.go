package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/seed63918563/llmgate/bulk/source"
)

// interruption turns the user's interrupts into two stops: the first drains, the second cancels.
type interruption struct {
	// drain is closed by the first interrupt, or where no more is to be taken in; ctx is ended by the second.
	drain chan struct{}
	ctx   context.Context

	drained     func() // closes drain, once
	interrupted atomic.Bool

	cancel context.CancelFunc
	over   chan struct{}
	wait   sync.WaitGroup
}

// heedInterrupts listens until end. The first interrupt also closes the input, which may be waiting for a slow writer, and lets go of
// requests that are not sent. A third kills the process, which may be waiting for a slow reader.
func (a *app) heedInterrupts(ctx context.Context, in io.Closer, gate *opened) *interruption {
	i := &interruption{drain: make(chan struct{}), over: make(chan struct{})}
	i.drained = sync.OnceFunc(func() { close(i.drain) })
	i.ctx, i.cancel = context.WithCancel(ctx)
	release := a.listen()
	i.wait.Go(func() {
		defer release()
		select {
		case <-a.interrupts:
		case <-i.over:
			return
		}
		i.interrupted.Store(true)
		i.drained()
		in.Close()
		gate.waiting.letGo()
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

func (i *interruption) happened() bool { return i.interrupted.Load() }

// instead is the error of an input that could not be read; that an interrupt closed it is none.
func (i *interruption) instead(err error) error {
	if i.happened() {
		return errStopped
	}
	return err
}

// until ends items whose file an interrupt has closed: that it can't be read is no error then.
func (i *interruption) until(items iter.Seq2[source.Item, error]) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		for item, err := range items {
			if err != nil && i.happened() || !yield(item, err) {
				return
			}
		}
	}
}
