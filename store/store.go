// Package store is what llmgate remembers beyond the process: money and what it was for, the outcomes of items, and cached
// answers. One Commit carries any of them together, all or nothing, so that a paid answer and its price are never apart.
//
// The ledger writes through a Store; the bulk runner and the cache read from it. [Memory] keeps everything in the process,
// for tests and small programs; store/sqlite keeps it in one file. A further implementation must pass storetest.
//
// A program that only wants a budget for as long as it runs needs no Store: a ledger without one keeps balances alone.
package store

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Store is durable state with one writing program. It is safe for concurrent use: reads don't wait for commits, and a
// commit may be made from within a loop over what is read.
type Store interface {
	// Commit writes all of b or nothing, and returns nil only when it would survive the loss of power. It blocks for as
	// long as that takes; ctx bounds only the wait for its turn. It keeps no reference to b.
	//
	// After an error it is open whether b was written (the disk may have failed in the middle of saying so), so Commit
	// must bear repetition: an account or a hold that is there already stays as it is, and the end of a hold that has
	// ended, or that the store doesn't know, changes nothing. An outcome with a Place replaces what was written of it before.
	Commit(ctx context.Context, b *Batch) error

	// Restore gives what a ledger goes on from after a stop, orderly or not.
	Restore(ctx context.Context) (*State, error)

	// Sums adds up, for each account, the ends of the holds made at or after since. The zero time means all; accounts
	// without any are left out.
	Sums(ctx context.Context, since time.Time) ([]Sum, error)

	// Outcome gives the outcome of a Seq. Its error is ErrNotFound where there is none.
	Outcome(ctx context.Context, seq int64) (Outcome, error)

	// Outcomes yields the outcomes in the order of their commits, those with a greater Seq than after; 0 gives all. It
	// leaves out what is committed after the loop began. An error ends the sequence.
	Outcomes(ctx context.Context, after int64) iter.Seq2[Outcome, error]

	// Keys yields Seq, Item and Class of every outcome, in the order of their commits. It hands out no body, and so costs little
	// where there are many. An error ends the sequence.
	Keys(ctx context.Context) iter.Seq2[Outcome, error]
	// Intents yields the items that have an intent and no outcome, by name. An error ends the sequence.
	Intents(ctx context.Context) iter.Seq2[Intent, error]

	// Cached gives a cached answer that is still good at the time given. Its error is ErrNotFound where there is none.
	Cached(ctx context.Context, key string, now time.Time) ([]byte, error)

	// Close releases the store; what was committed stays. It waits for a commit under way. A second Close does nothing.
	// Every other method fails with ErrClosed from then on.
	Close() error
}

// Errors for errors.Is.
var (
	// ErrNotFound: there is no such outcome or cached answer.
	ErrNotFound = errors.New("store: not found")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("store: closed")
	// ErrFull: there is no room left to write. What was committed before is untouched.
	ErrFull = errors.New("store: no room left")
	// ErrReadOnly: the store can't be written to.
	ErrReadOnly = errors.New("store: read-only")
	// ErrInUse: another program, or another part of this one, writes to the store.
	ErrInUse = errors.New("store: in use")
	// ErrCorrupt: what is stored can't be read as what it should be.
	ErrCorrupt = errors.New("store: corrupt")
	// ErrNewer: a newer version of llmgate wrote the store.
	ErrNewer = errors.New("store: written by a newer version")
)

// Batch is what one Commit writes. Its parts are written in the order of the fields, so that an account comes before its
// holds and a hold before its end.
type Batch struct {
	Accounts []Account
	Holds    []Hold
	Ends     []End
	Record
}

// Record is what may go along with money in one commit.
type Record struct {
	Intents  []Intent
	Outcomes []Outcome
	// Withdrawn are items whose intents are taken back, as if there had been none.
	Withdrawn []string
	Cache     []CacheEntry
	// Forget names cached answers to remove; ForgetExpired removes all that were good only until then. They are removed
	// before Cache is written.
	Forget        []string
	ForgetExpired time.Time
}

// IsZero reports that the record holds nothing.
func (r *Record) IsZero() bool {
	return len(r.Intents) == 0 && len(r.Outcomes) == 0 && len(r.Withdrawn) == 0 && len(r.Cache) == 0 && len(r.Forget) == 0 && r.ForgetExpired.IsZero()
}

// IsZero reports that the batch holds nothing.
func (b *Batch) IsZero() bool {
	return len(b.Accounts) == 0 && len(b.Holds) == 0 && len(b.Ends) == 0 && b.Record.IsZero()
}

// Append adds the parts of s to r. Of two ForgetExpired the later one holds.
func (r *Record) Append(s Record) {
	r.Intents = append(r.Intents, s.Intents...)
	r.Outcomes = append(r.Outcomes, s.Outcomes...)
	r.Withdrawn = append(r.Withdrawn, s.Withdrawn...)
	r.Cache = append(r.Cache, s.Cache...)
	r.Forget = append(r.Forget, s.Forget...)
	if s.ForgetExpired.After(r.ForgetExpired) {
		r.ForgetExpired = s.ForgetExpired
	}
}
