// Package ledger is the accountant: it lets a call be made only if its worst case fits into every budget, and keeps what was
// spent. A caller reserves the worst case before it sends, and ends the hold with what the call cost in truth:
//
//	hold, err := l.Reserve(ctx, ledger.Request{Amount: worst, Tenant: "acme", Model: "gpt-5-mini"})
//	if err != nil {
//		return err // names the budget, what was asked and what is left
//	}
//	response, err := send()
//	…
//	hold.Settle(response.Usage) // or hold.Presume(), or hold.Release()
//
// At every moment, under any concurrency and across crashes:
//
//	what providers bill ≤ spent + presumed + reserved ≤ cap
//
// as long as no call costs more than was reserved for it. One that does counts in full and takes its budget over the cap.
// With a Store the books outlive the process: what is acknowledged is durable, and holds of a process that died stay
// reserved at their worst case until somebody says what became of them (see Unknown).
//
// One goroutine owns every balance. It takes all that has come in since its last commit and writes it with one more, so that
// nobody waits for more than two. Without a Store there is no commit to share, and callers step in for the goroutine.
//
// Most programs use the middleware in ledger/budget. A program that only wants to know what its calls cost reads Usage of
// the responses.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Ledger keeps budgets. Make it with New and stop it with Drain or Close. It is safe for concurrent use.
type Ledger struct {
	cfg     Config
	mailbox chan step
	stop    chan struct{} // closed by Close
	stopped sync.Once
	done    chan struct{} // closed when the goroutine has ended
	idle    chan struct{} // closed when nothing is open any more after Drain
	warner  sync.WaitGroup
	// replies are channels that nobody will send on or receive from. They stay within the ledger, for under
	// testing/synctest a channel must not leave its bubble.
	replies sync.Pool

	// turns is held by whoever takes messages in: the goroutine; without a Store a caller, who would wait for it several times as
	// long as the step takes; once done is closed whoever asks.
	turns sync.Mutex
	books *books
	subs  []*Subscription

	err error // of Close; written before done is closed
}

// mailboxSize lets that many callers leave their message without waiting for the goroutine. They wait for its answer anyway.
const mailboxSize = 1024

// maxTurn bounds how many messages are taken in before those of them that are done are answered.
const maxTurn = 4096

// retryEvery is the time between commits that try again what the store failed to write, while nothing else comes in.
const retryEvery = time.Second

// New opens a ledger, with what its store remembers. It blocks while it reads that. It fails if the configuration is wrong,
// naming every fault, or if the store can't be read.
func New(ctx context.Context, cfg Config) (*Ledger, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	l := &Ledger{
		cfg: cfg, mailbox: make(chan step, mailboxSize), stop: make(chan struct{}), done: make(chan struct{}),
		idle: make(chan struct{}), books: newBooks(&cfg, time.Now()),
		replies: sync.Pool{New: func() any { return make(chan error, 1) }},
	}
	if cfg.Store != nil {
		if err := l.restore(ctx); err != nil {
			return nil, fmt.Errorf("ledger: reading the store: %w", err)
		}
	}
	if cfg.OnWarn != nil {
		l.watch(cfg.OnWarn)
	}
	go l.run()
	return l, nil
}

// Reserve asks for a hold of the worst case of a call. It blocks until the hold is durable, at once without a Store, or, if
// a budget says Wait, until it fits. Its error is of class budget with a *BudgetError in its chain, or with ErrUnpriced; it
// matches ctx's error if ctx ended the wait, ErrNotDurable if the store failed, and ErrClosed.
func (l *Ledger) Reserve(ctx context.Context, r Request) (*Hold, error) {
	if err := l.check(&r); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, interrupted(ctx, &r)
	}
	h := newHold(l, &r)
	if err := l.place(ctx, h, &r); err != nil {
		if ctx.Err() != nil {
			err = interrupted(ctx, &r)
		}
		return nil, err
	}
	select { // which is answered as a rule without a Store, and then spares making the channel of ctx
	case err := <-h.reply:
		return h.granted(err)
	default:
	}
	select {
	case err := <-h.reply:
		return h.granted(err)
	case <-ctx.Done():
		// A closed ledger does not need to know.
		_ = l.send(context.Background(), func(b *books, now time.Time) { b.cancel(h, now) })
		return nil, interrupted(ctx, &r)
	case <-l.done:
		return h.late()
	}
}

// place asks for room for a hold. Without a Store nothing of it outlives the call, and costs no memory.
func (l *Ledger) place(ctx context.Context, h *Hold, r *Request) error {
	if l.cfg.Store == nil {
		return l.stepIn(func(b *books, _ time.Time) { b.reserve(h, r) })
	}
	kept := *r
	return l.send(ctx, func(b *books, _ time.Time) { b.reserve(h, &kept) })
}

// granted is what became of a hold by the answer to it, which is the last on its channel.
func (h *Hold) granted(err error) (*Hold, error) {
	h.ledger.replies.Put(h.reply)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// send leaves a step in the mailbox, or without a Store takes it at once. There is room as a rule, and then it costs a third of
// the whole choice.
func (l *Ledger) send(ctx context.Context, do step) error {
	if l.cfg.Store == nil {
		return l.stepIn(do)
	}
	if l.closed() {
		return ErrClosed
	}
	select {
	case l.mailbox <- do:
		return nil
	default:
	}
	select {
	case l.mailbox <- do:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-l.done:
		return ErrClosed
	}
}

func (l *Ledger) check(r *Request) error {
	switch {
	case r.Amount < 0:
		return fmt.Errorf("ledger: Amount %v is negative", r.Amount)
	case r.Unpriced && r.Amount != 0:
		return fmt.Errorf("ledger: Amount %v of a call without a price; leave it 0", r.Amount)
	case r.Unpriced && l.cfg.Unpriced == RefuseUnpriced && len(l.cfg.Budgets) > 0:
		return refused(r.Provider, r.Model, ErrUnpriced)
	case l.cfg.Store == nil && !r.Record.IsZero():
		return ErrNoStore
	}
	return nil
}

// interrupted is the error of a caller whose context ended.
func interrupted(ctx context.Context, r *Request) error {
	return &request.Error{
		Class: request.Classify(ctx.Err()), Provider: r.Provider, Model: r.Model, Message: "ended while waiting for a budget", Err: ctx.Err(),
	}
}

// late looks for the answer that the goroutine gave before it ended.
func (h *Hold) late() (*Hold, error) {
	select {
	case err := <-h.reply:
		if err != nil {
			return nil, err
		}
		return h, nil
	default:
		return nil, ErrClosed
	}
}

// finish sends the end of a hold, and waits for it to be durable.
func (l *Ledger) finish(h *Hold, end store.End, with []store.Record) error {
	h.reply = l.replies.Get().(chan error)
	err := l.send(context.Background(), func(b *books, now time.Time) {
		b.count(h, &end, now, with...)
		b.ended = append(b.ended, h)
	})
	if err != nil {
		return err
	}
	return l.answer(h.reply)
}

// answer waits for the answer to a message that was sent.
func (l *Ledger) answer(reply chan error) error {
	select {
	case err := <-reply:
		l.replies.Put(reply)
		return err
	case <-l.done:
	}
	select {
	case err := <-reply:
		return err
	default:
		return ErrClosed
	}
}

// Write commits a record without money, together with whatever the ledger commits then. It blocks until that is durable.
// After an error nothing of it was written, or all of it if the store failed late; it is not tried again.
func (l *Ledger) Write(ctx context.Context, r store.Record) error {
	if l.cfg.Store == nil {
		return ErrNoStore
	}
	note := &writing{record: r, reply: l.replies.Get().(chan error)}
	if err := l.send(ctx, func(b *books, _ time.Time) { b.written = append(b.written, note) }); err != nil {
		return err
	}
	return l.answer(note.reply)
}

// Drain takes no more reservations, refuses those that wait, and blocks until every hold that was made here has been ended;
// then it closes the ledger. If ctx ends first it closes at once, and returns ctx's error.
func (l *Ledger) Drain(ctx context.Context) error {
	l.ask(func(b *books) { b.close() })
	var err error
	select {
	case <-l.idle:
	case <-l.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	return errors.Join(err, l.Close())
}

// Close ends the ledger: what has come in is committed, who waits gets ErrClosed, and holds still open stay reserved in the
// store, to be unknown to the next ledger. It blocks for one commit. Its error is what the store said if something settled
// could not be written. A second Close returns the same.
func (l *Ledger) Close() error {
	l.stopped.Do(func() { close(l.stop) })
	<-l.done
	l.warner.Wait()
	return l.err
}
