package ledger

import (
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Kind is what an event tells of.
type Kind string

// The kinds.
const (
	// Settled, Presumed and Released: a hold of Amount ended; Cost is what counts of it.
	Settled  Kind = "settled"
	Presumed Kind = "presumed"
	Released Kind = "released"
	// Refused: a call of Amount did not fit into Budget; Err says why. Waiting: it waits for room there.
	Refused Kind = "refused"
	Waiting Kind = "waiting"
	// Threshold: what is gone of Budget, Cost, has reached Share of its cap, Amount.
	Threshold Kind = "threshold"
	// Overrun: a call cost more, Cost, than was reserved for it, Amount.
	Overrun Kind = "overrun"
	// StoreFailed: the store did not write, for the reason in Err; nothing is let through until it does. StoreRecovered: it
	// has written everything that was settled meanwhile.
	StoreFailed    Kind = "store_failed"
	StoreRecovered Kind = "store_recovered"
)

// Event is something that happened in the ledger. Fields that its kind does not speak of are zero.
type Event struct {
	Kind Kind
	At   time.Time
	// Account has the labels of the call that the event is about, Item its item.
	Account store.Account
	Item    string
	// Budget names a budget, Of the values of its labels in Each.
	Budget string
	Of     map[string]string
	Share  float64
	Amount request.Money
	Cost   request.Money
	Err    error
	// Lost is how many events this subscriber has lost since the one before, because it was slow.
	Lost int
}

// Subscription gives events to one reader.
type Subscription struct {
	ledger *Ledger
	events chan Event
	kinds  map[Kind]bool // nil is every kind
	lost   int           // since the last one sent; the ledger's goroutine alone
	total  atomic.Int64
}

// Subscribe gives the events from now on, of the kinds named or, with none named, all. The ledger never waits for a reader:
// beyond the buffer, which holds at least one, events are lost and counted.
func (l *Ledger) Subscribe(buffer int, kinds ...Kind) *Subscription {
	s := l.subscription(buffer, kinds)
	l.ask(func(b *books) {
		if l.closed() {
			close(s.events)
			return
		}
		l.add(s)
	})
	return s
}

func (l *Ledger) subscription(buffer int, kinds []Kind) *Subscription {
	s := &Subscription{ledger: l, events: make(chan Event, max(1, buffer))}
	for _, k := range kinds {
		if s.kinds == nil {
			s.kinds = map[Kind]bool{}
		}
		s.kinds[k] = true
	}
	return s
}

func (l *Ledger) add(s *Subscription) {
	l.subs = append(l.subs, s)
	l.books.watched = true
}

// Events is closed when the subscription or the ledger is.
func (s *Subscription) Events() <-chan Event { return s.events }

// Lost is how many events were lost so far.
func (s *Subscription) Lost() int { return int(s.total.Load()) }

// Close ends the subscription. A second Close does nothing.
func (s *Subscription) Close() {
	s.ledger.ask(func(b *books) {
		for i, other := range s.ledger.subs {
			if other == s {
				s.ledger.subs = append(s.ledger.subs[:i:i], s.ledger.subs[i+1:]...)
				close(s.events)
				break
			}
		}
		b.watched = len(s.ledger.subs) > 0
	})
}

// send gives the event to the reader if there is room. Only who takes messages in calls it.
func (s *Subscription) send(e Event) {
	if s.kinds != nil && !s.kinds[e.Kind] {
		return
	}
	e.Lost = s.lost
	select {
	case s.events <- e:
		s.lost = 0
	default:
		s.lost++
		s.total.Add(1)
	}
}

// warnBuffer is how many warnings may wait for the callback.
const warnBuffer = 256

// watch calls back on a goroutine that ends with the ledger.
func (l *Ledger) watch(warn func(Event)) {
	s := l.subscription(warnBuffer, []Kind{Threshold, Overrun})
	l.add(s)
	l.warner.Go(func() {
		for e := range s.events {
			warn(e)
		}
	})
}

func (l *Ledger) closed() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}
