package bulk

import (
	"maps"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// Snapshot is how far a Job is.
type Snapshot struct {
	// Total is the number of items, 0 if it is not known.
	Total int `json:"total,omitempty"`
	// EarlierAnswered and EarlierFailed were done in a run before.
	EarlierAnswered int `json:"earlier_answered"`
	EarlierFailed   int `json:"earlier_failed"`
	// Answered and Failed were done in this run; Copied of the answered are another item's answer, at no cost.
	Answered int `json:"answered"`
	Copied   int `json:"copied"`
	Failed   int `json:"failed"`
	// Left have no outcome, and are for another run.
	Left     int `json:"left"`
	InFlight int `json:"in_flight"`
	// Classes counts this run's failures.
	Classes map[request.Class]int `json:"classes,omitempty"`

	Elapsed time.Duration `json:"elapsed_ns"`
	// Rate is how many were done a second in this run.
	Rate float64 `json:"rate"`
	// Spent is the cost of answers in this run, Presumed what may have been charged besides, for calls that failed or whose
	// fate is unknown. Unpriced counts answers whose cost nobody knows.
	Spent    request.Money `json:"spent_usd"`
	Presumed request.Money `json:"presumed_usd"`
	Unpriced int64         `json:"unpriced,omitempty"`
	// LimitUsed is the share of the tightest rate limit that was used lately, 0 if no limit is known. Waiting says what holds
	// requests back just now; empty is nothing.
	LimitUsed float64 `json:"limit_used"`
	Waiting   string  `json:"waiting,omitempty"`
}

// Done is the number of items that have an outcome.
func (s *Snapshot) Done() int { return s.EarlierAnswered + s.EarlierFailed + s.Answered + s.Failed }

// Pending is the number of items without an outcome, those in flight among them; false if the total is not known.
func (s *Snapshot) Pending() (n int, known bool) { return max(0, s.Total-s.Done()), s.Total > 0 }

// Each is what an answer of this run cost; false as long as that can't be said.
func (s *Snapshot) Each() (request.Money, bool) {
	paid := s.Answered - s.Copied
	if paid == 0 || s.Unpriced > 0 {
		return 0, false
	}
	return s.Spent / request.Money(paid), true
}

// Projected is what the run will have cost, if what is pending costs what was answered did.
func (s *Snapshot) Projected() (request.Money, bool) {
	each, priced := s.Each()
	n, known := s.Pending()
	return s.Spent + s.Presumed + each*request.Money(n), priced && known
}

// ETA is how long the rest takes at the rate so far.
func (s *Snapshot) ETA() (time.Duration, bool) {
	n, known := s.Pending()
	if !known || s.Rate <= 0 {
		return 0, false
	}
	return time.Duration(float64(n) / s.Rate * float64(time.Second)), true
}

// counter counts results.
type counter struct {
	mu      sync.Mutex
	start   time.Time
	now     Snapshot
	classes map[request.Class]int
}

// before counts an item that was done in a run before.
func (c *counter) before(failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if failed {
		c.now.EarlierFailed++
	} else {
		c.now.EarlierAnswered++
	}
}

func (c *counter) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Left++
}

// add counts a result of this run.
func (c *counter) add(r *Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case r.fate == before:
	case r.fate == left, r.fate == lost:
		c.now.Left++
	case r.Err != nil:
		c.now.Failed++
		c.classes[r.Class()]++
	default:
		c.now.Answered++
		if r.fate == copied {
			c.now.Copied++
		}
	}
}

// Snapshot returns how far the job is. It blocks while the ledger commits.
func (j *Job) Snapshot() Snapshot {
	j.count.mu.Lock()
	s := j.count.now
	s.Classes = maps.Clone(j.count.classes)
	s.Elapsed = time.Since(j.count.start)
	j.count.mu.Unlock()
	s.Total, s.InFlight = j.cfg.Total, j.run.InFlight()
	if seconds := s.Elapsed.Seconds(); seconds > 0 {
		s.Rate = float64(s.Answered+s.Failed) / seconds
	}
	sum := j.cfg.Ledger.Summary()
	for i := range sum {
		s.Spent, s.Presumed, s.Unpriced = sum[i].Spent-j.base.Spent, sum[i].Presumed-j.base.Presumed, sum[i].Unpriced-j.base.Unpriced
	}
	s.LimitUsed, s.Waiting = Pressure(j.cfg.Dispatcher.Stats())
	return s
}

// InFlight is the number of items being answered now. It does not block.
func (j *Job) InFlight() int { return j.run.InFlight() }

// Pressure says how much of the tightest rate limit is used, from 0 to 1, and why requests wait; empty is that none does.
func Pressure(stats dispatcher.Stats) (used float64, why string) {
	for i := range stats.Targets {
		t := &stats.Targets[i]
		tightest, name := 0.0, ""
		for _, l := range t.Lane.Limits {
			if l.Utilisation >= tightest {
				tightest, name = l.Utilisation, l.Dimension
			}
		}
		used = max(used, tightest)
		switch {
		case why != "":
		case t.Lane.Err != nil:
			why = t.Name + " is out: " + t.Lane.Err.Error()
		case !t.Lane.CoolUntil.IsZero():
			why = t.Name + " waits until " + t.Lane.CoolUntil.Format(time.TimeOnly) + ", as the provider asked"
		case !t.ReadyAt.IsZero():
			why = t.Name + " failed and is tried again at " + t.ReadyAt.Format(time.TimeOnly)
		case t.Lane.Queued > 0 && name != "":
			why = t.Name + " waits for its limit of " + name
		case t.Lane.Queued > 0:
			why = t.Name + " waits for a place"
		}
	}
	return used, why
}
