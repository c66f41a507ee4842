package dispatcher

import (
	"context"
	"errors"
	"sync"

	"github.com/seed63918563/llmgate/request"
)

// ErrStopped is in the chain of the error of a request that came after Drain or Abort was called, or that Abort ended.
var ErrStopped = errors.New("the dispatcher was stopped")

// life counts the requests that were accepted and have not ended, so that both stops can wait for the last one.
type life struct {
	name     string
	stopping chan struct{} // closed by the first stop
	idle     chan struct{} // closed once stopping and nothing is left
	handles  sync.WaitGroup

	mu     sync.Mutex
	last   uint64
	active map[uint64]context.CancelCauseFunc
}

func newLife(name string) *life {
	return &life{
		name: name, stopping: make(chan struct{}), idle: make(chan struct{}),
		active: map[uint64]context.CancelCauseFunc{},
	}
}

// enter accepts a request and gives it a context that Abort ends too. Each success is followed by one leave.
func (l *life) enter(ctx context.Context) (context.Context, uint64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped() {
		cancel(ErrStopped)
		return nil, 0, l.refusal()
	}
	l.last++
	l.active[l.last] = cancel
	return ctx, l.last, nil
}

func (l *life) leave(visit uint64) {
	l.mu.Lock()
	cancel := l.active[visit]
	delete(l.active, visit)
	l.settle()
	l.mu.Unlock()
	cancel(nil)
}

// end cancels one request, if it is still there.
func (l *life) end(visit uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cancel := l.active[visit]; cancel != nil {
		cancel(nil)
	}
}

// endAll cancels all that were accepted.
func (l *life) endAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, cancel := range l.active {
		cancel(ErrStopped)
	}
}

// stop accepts nothing more. It may be called again.
func (l *life) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped() {
		return
	}
	close(l.stopping)
	l.settle()
}

// wait blocks until the last request has ended, or ctx ends.
func (l *life) wait(ctx context.Context) error {
	select {
	case <-l.idle:
		l.handles.Wait() // they have left, and only resolve
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *life) stopped() bool {
	select {
	case <-l.stopping:
		return true
	default:
		return false
	}
}

// settle notes when nothing is left. The lock is held. After stop nothing enters, so that it happens once.
func (l *life) settle() {
	if l.stopped() && len(l.active) == 0 {
		close(l.idle)
	}
}

func (l *life) inFlight() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.active)
}

func (l *life) refusal() error {
	return &request.Error{Class: request.ClassCanceled, Provider: l.name, Message: "not sent", Err: ErrStopped}
}
