package bulk

import (
	"context"

	"github.com/seed63918563/llmgate/store"
)

// reel gives outcomes by their Seq to one who asks for them roughly in that order, as who shows them in the order of the input
// does: items are answered in nearly that order, too. To read a stretch of outcomes takes a fraction of finding each of them.
type reel struct {
	store store.Store
	// kept are those that were read and not asked for, by their Seq. end is the last Seq that was read, size what
	// the kept bodies come to, in bytes.
	kept map[int64]store.Outcome
	end  int64
	size int
}

// What a reel may read at once, how far ahead of its end, and keep. Results in the order of the input wait for at most
// earlyResults × the concurrency.
const (
	reelStretch = 256
	reelAhead   = 8 << 10
	reelBytes   = 8 << 20
)

// outcome gives the outcome of a Seq.
func (r *reel) outcome(ctx context.Context, seq int64) (store.Outcome, error) {
	for seq > r.end && seq <= r.end+reelAhead {
		before := r.end
		if err := r.wind(ctx); err != nil {
			return store.Outcome{}, err
		}
		if r.end == before {
			break
		}
	}
	o, ok := r.kept[seq]
	if !ok {
		return r.store.Outcome(ctx, seq)
	}
	delete(r.kept, seq)
	r.size -= len(o.Body)
	return o, nil
}

// wind reads on. What nobody asked for until there was no room left is let go.
func (r *reel) wind(ctx context.Context) error {
	if r.kept == nil || r.size > reelBytes || len(r.kept) > reelAhead {
		r.kept, r.size = map[int64]store.Outcome{}, 0
	}
	n := 0
	for o, err := range r.store.Outcomes(ctx, r.end) {
		if err != nil {
			return err
		}
		r.end = o.Seq
		r.kept[o.Seq] = o
		r.size += len(o.Body)
		if n++; n == reelStretch || r.size > reelBytes {
			break
		}
	}
	return nil
}
