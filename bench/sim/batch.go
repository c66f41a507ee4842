package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Batches says how batches fare. The zero value answers all of their items by the time they are first asked about.
type Batches struct {
	// Delay is how long a batch takes, its items being answered one after the other. Window is after how long it expires, if it
	// takes longer (0: 24 hours).
	Delay  time.Duration
	Window time.Duration
	// Expired, Errored, Missing and Malformed are the probabilities, from 0 to 1, that an item expires, fails by an error of the
	// server, has no result, or is answered in a line of which half is missing.
	Expired   float64
	Errored   float64
	Missing   float64
	Malformed float64
}

func (b *Batches) check() error {
	var faults []error
	if b.Delay < 0 || b.Window < 0 {
		faults = append(faults, errors.New("batches: delay and window must not be negative; 0 is the default"))
	}
	total := 0.0
	for _, p := range [...]float64{b.Expired, b.Errored, b.Missing, b.Malformed} {
		if !(p >= 0 && p <= 1) {
			faults = append(faults, fmt.Errorf("batches: probability %v is not between 0 and 1", p))
		}
		total += p
	}
	if total > 1+1e-9 {
		faults = append(faults, fmt.Errorf("batches: the probabilities add up to %v; at most 1 is possible", total))
	}
	return errors.Join(faults...)
}

// end is why a batch is over, or will be.
type end string

const (
	endDone     end = "done"
	endExpired  end = "expired"
	endCanceled end = "canceled"
	endFailed   end = "failed"
)

// batch is one of any vendor's. Nothing works at it: what it has come to is found out when it is asked about.
type batch struct {
	id      string
	created time.Time
	items   []batchItem
	// endpoint, input, output and errors are of OpenAI's alone: the path, and the files, as are the metadata. model is the one
	// asked for, name the one to be shown by.
	endpoint, input, output, errors, model, name string
	metadata                                     json.RawMessage
	// problem is why it was not taken.
	problem string

	mu       sync.Mutex
	due      time.Time
	end      end
	outcomes []outcome // once it is over
}

// batchItem is a request in a batch: its ID, and how to have it answered.
type batchItem struct {
	id    string
	size  int
	reply func() outcome
}

// newBatch is a batch that begins now and ends by itself.
func (s *Sim) newBatch(prefix string, items []batchItem) *batch {
	cfg, now := &s.cfg.Batches, time.Now()
	b := &batch{id: prefix + randomID(s.rngFor([]byte(prefix)), 24), created: now, items: items, due: now.Add(cfg.Delay), end: endDone}
	if cfg.Delay > cfg.Window {
		b.due, b.end = now.Add(cfg.Window), endExpired
	}
	return b
}

// over reports whether a batch has ended, and answers its items if so.
func (s *Sim) over(b *batch) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Now().Before(b.due) {
		return false
	}
	if b.outcomes == nil && b.end != endFailed {
		b.outcomes = make([]outcome, 0, len(b.items))
		reached := s.reached(b, b.due)
		for i, item := range b.items {
			if i < reached {
				b.outcomes = append(b.outcomes, item.reply())
			} else {
				b.outcomes = append(b.outcomes, outcome{kind: string(b.end)})
			}
		}
		s.batches.grow(b)
	}
	return true
}

// reached is how many items are answered by a time.
func (s *Sim) reached(b *batch, now time.Time) int {
	delay := s.cfg.Batches.Delay
	if b.end == endDone && !now.Before(b.due) || delay == 0 {
		return len(b.items)
	}
	return min(len(b.items), int(float64(len(b.items))*float64(now.Sub(b.created))/float64(delay)))
}

// cancel ends a batch where it stands. It reports whether there was anything to end.
func (s *Sim) cancel(b *batch) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if !now.Before(b.due) {
		return false
	}
	b.due, b.end = now, endCanceled
	return true
}

// canceled is when a batch was, or zero.
func (b *batch) canceled() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != endCanceled {
		return time.Time{}
	}
	return b.due
}

// tally counts the outcomes of a batch by kind; of one that is not over it counts none.
func (b *batch) tally() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := map[string]int{}
	for i := range b.outcomes {
		n[b.outcomes[i].kind]++
	}
	return n
}

// outcome is what came of an item: one of the kinds below, or that the batch expired or was canceled before its turn.
type outcome struct {
	kind      string
	malformed bool // its line is to be cut in half
	status    int
	requestID string
	body      []byte
}

// The kinds, in the words of the vendors that have them.
const (
	itemSucceeded = "succeeded"
	itemErrored   = "errored"
	itemMissing   = "missing"
	itemExpired   = string(endExpired)
	itemCanceled  = string(endCanceled)
)

// cut leaves half of a line that is to be malformed.
func (o *outcome) cut(line []byte) []byte {
	if o.malformed {
		return line[:len(line)/2]
	}
	return line
}

// writeLines writes what comes of the outcomes as a file of lines. Of those that have none, line is nil.
func writeLines(w http.ResponseWriter, b *batch, line func(item *batchItem, o *outcome) []byte) {
	w.Header().Set("Content-Type", "application/x-jsonl")
	w.WriteHeader(http.StatusOK)
	for i := range b.outcomes { // they don't change any more
		o := &b.outcomes[i]
		if text := line(&b.items[i], o); text != nil {
			if _, err := w.Write(append(o.cut(text), '\n')); err != nil {
				return
			}
		}
	}
}
