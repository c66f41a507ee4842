package ledger

import (
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/store"
)

// due reports that somebody waits for a commit, or that there is something to write that none has failed on.
func (b *books) due() bool {
	return len(b.granted)+len(b.written)+len(b.ended) > 0 || b.failed == nil && !b.pending.IsZero()
}

// batch gathers what the next commit is to write: the ends that are due, with those of failed commits, and the new holds. These
// stand in the room behind what is pending, which stays as it is.
func (b *books) batch() *store.Batch {
	for _, h := range b.granted {
		if !h.account.written {
			h.account.written = true
			b.pending.Accounts = append(b.pending.Accounts, h.account.Account)
		}
	}
	all := &b.writes
	*all = b.pending
	for _, h := range b.granted {
		all.Holds = append(all.Holds, h.hold())
		if h.intent != nil {
			all.Record.Append(*h.intent)
		}
	}
	for _, w := range b.written {
		all.Record.Append(w.record)
	}
	return all
}

// emptied gives the batch's room, for another. A store that failed for long leaves one that has more than a turn needs.
func emptied(b *store.Batch) store.Batch {
	if cap(b.Ends) > 2*maxTurn {
		return store.Batch{}
	}
	return store.Batch{Accounts: empty(b.Accounts), Holds: empty(b.Holds), Ends: empty(b.Ends), Record: store.Record{
		Intents: empty(b.Intents), Outcomes: empty(b.Outcomes), Withdrawn: empty(b.Withdrawn), Cache: empty(b.Cache), Forget: empty(b.Forget),
	}}
}

func empty[S ~[]E, E any](list S) S {
	clear(list)
	return list[:0]
}

// committed answers all who waited for a commit. After a failure the new holds are undone, and the ends stay pending: what
// was settled is not lost while the process lives, and if it dies, the store has the hold at its worst case.
func (b *books) committed(err error) {
	b.note(err)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrNotDurable, err)
	} else {
		b.pending = emptied(&b.writes)
	}
	for _, h := range b.granted {
		if err != nil && !h.ended.Load() { // it has ended if its caller left
			b.undo(h)
		}
		b.answer(h, err)
	}
	for _, w := range b.written {
		b.replies = append(b.replies, reply{w.reply, err})
	}
	for _, h := range b.ended {
		b.answer(h, err)
	}
	b.granted, b.written, b.ended = empty(b.granted), empty(b.written), empty(b.ended)
	b.admit()
}

// undo takes back a hold that the store may or may not have: it is released there with the next commit.
func (b *books) undo(h *Hold) {
	b.give(h)
	end := released(h.id)
	end.At = time.Unix(0, b.now)
	b.pending.Ends = append(b.pending.Ends, end)
	h.id = 0
}

// note sends an event when the store begins to fail, and when it works again.
func (b *books) note(err error) {
	was := b.failed
	b.failed = err
	if !b.watched || (was == nil) == (err == nil) {
		return
	}
	kind := StoreRecovered
	if err != nil {
		kind = StoreFailed
	}
	b.events = append(b.events, Event{Kind: kind, At: time.Unix(0, b.now), Err: err})
}
