package measure

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/request"
)

// Summary is what the requests of one window came to.
type Summary struct {
	// From and To bound the window. Counts and latencies are of the requests that were due in it, rates of those that ended
	// in it: at a load that is too high, fewer of them end than are due.
	From time.Duration `json:"from_ns"`
	To   time.Duration `json:"to_ns"`

	// Requests are Answered or Failed; Canceled ones, which the caller ended, are in no other figure.
	Requests int64 `json:"requests"`
	Answered int64 `json:"answered"`
	Failed   int64 `json:"failed"`
	Canceled int64 `json:"canceled"`
	// Good met every objective.
	Good int64 `json:"good"`
	// Errors counts the failures by class.
	Errors map[request.Class]int64 `json:"errors,omitempty"`
	// Attempts are the tries below the client, RateLimited those that a rate limit refused.
	Attempts    int64 `json:"attempts"`
	RateLimited int64 `json:"rate_limited"`

	InputTokens  int64 `json:"input_tokens"`
	OutputTokens int64 `json:"output_tokens"`
	// Estimated counts the answers whose tokens are a guess.
	Estimated int64 `json:"estimated"`
	// Cost is what is known of it; Unpriced counts the requests whose cost is not.
	Cost     request.Money `json:"cost_usd"`
	Unpriced int64         `json:"unpriced"`

	Rates     Rates     `json:"rates"`
	Latencies Latencies `json:"latencies"`
}

// Rates are what ended in the window, per second. Requests and Goodput are answers; tokens are those of answers.
type Rates struct {
	Requests     float64 `json:"requests_per_s"`
	Goodput      float64 `json:"goodput_per_s"`
	OutputTokens float64 `json:"output_tokens_per_s"`
	TotalTokens  float64 `json:"total_tokens_per_s"`
	// Attempts are those let through, to hold against a limit of requests.
	Attempts float64 `json:"attempts_per_s"`
}

// Latencies are distributions. ITL and TPOT are of answers.
type Latencies struct {
	TTFT Both                `json:"ttft"`
	E2E  Both                `json:"e2e"`
	ITL  histogram.Histogram `json:"itl"`
	TPOT histogram.Histogram `json:"tpot"`
	// Waited is the time before attempts were sent, Delay how late the client was.
	Waited histogram.Histogram `json:"waited"`
	Delay  histogram.Histogram `json:"delay"`
}

// Both is a latency from when requests were sent and from when they were due.
type Both struct {
	Sent     Split `json:"from_sent"`
	Intended Split `json:"from_intended"`
}

// Split is a latency of the answers, and of the failures beside them. A failure counts with the time until it failed, if what
// is measured had not come by then.
type Split struct {
	Answered histogram.Histogram `json:"answered"`
	Failed   histogram.Histogram `json:"failed"`
}

// All is the latency with failures included.
func (s *Split) All() *histogram.Histogram {
	all := &histogram.Histogram{}
	all.Merge(&s.Answered)
	all.Merge(&s.Failed)
	return all
}

func (b *Both) add(r *Record, at time.Duration) {
	if r.Answered() {
		b.Sent.Answered.Add(at - r.Sent)
		b.Intended.Answered.Add(at - r.Intended)
		return
	}
	b.Sent.Failed.Add(at - r.Sent)
	b.Intended.Failed.Add(at - r.Intended)
}

// due counts a request that was due in the window.
func (s *Summary) due(r *Record, slo SLO) {
	if r.Canceled() {
		s.Canceled++
		return
	}
	s.Requests++
	s.Attempts += int64(len(r.Attempts))
	s.RateLimited += int64(r.RateLimited())
	s.spent(r)
	l := &s.Latencies
	l.E2E.add(r, r.End)
	if first, ok := r.first(); ok {
		l.TTFT.add(r, first)
	}
	l.Waited.Add(r.Waited())
	if !r.Answered() {
		s.Failed++
		if s.Errors == nil {
			s.Errors = map[request.Class]int64{}
		}
		s.Errors[r.Class]++
		return
	}
	s.Answered++
	if slo.Met(r) {
		s.Good++
	}
	if each, ok := r.tpot(); ok {
		l.TPOT.Add(each)
	}
	for i := 1; i < len(r.Pieces); i++ {
		l.ITL.Add(r.Pieces[i] - r.Pieces[i-1])
	}
}

func (s *Summary) spent(r *Record) {
	s.InputTokens += int64(r.Input)
	s.OutputTokens += int64(r.Output)
	if r.Estimated {
		s.Estimated++
	}
	if s.Cost += r.Cost; !r.Priced {
		s.Unpriced++
	}
}

// ended counts a request that ended in the window. The rates are sums until the window closes.
func (r *Rates) ended(rec *Record, slo SLO) {
	r.Attempts += float64(len(rec.Attempts) - rec.RateLimited())
	if !rec.Answered() {
		return
	}
	r.Requests++
	if slo.Met(rec) {
		r.Goodput++
	}
	r.OutputTokens += float64(rec.Output)
	r.TotalTokens += float64(rec.Input + rec.Output)
}

func (r *Rates) over(window time.Duration) {
	for _, x := range []*float64{&r.Requests, &r.Goodput, &r.OutputTokens, &r.TotalTokens, &r.Attempts} {
		if *x = *x / window.Seconds(); window <= 0 {
			*x = 0
		}
	}
}

// CostPer1000 is the cost of a thousand requests; false where nothing was asked, or a part of it is not known.
func (s *Summary) CostPer1000() (request.Money, bool) {
	return per(s.Cost, 1000, s.Requests), s.Requests > 0 && s.Unpriced == 0
}

// CostPerMillion is the cost of a million tokens, read and written; false where there were none, or a part of the cost is not
// known.
func (s *Summary) CostPerMillion() (request.Money, bool) {
	n := s.InputTokens + s.OutputTokens
	return per(s.Cost, 1e6, n), n > 0 && s.Unpriced == 0
}

// per is the cost of so many out of n, to the nearest billionth.
func per(cost request.Money, many float64, n int64) request.Money {
	if n == 0 {
		return 0
	}
	return request.Money(math.Round(float64(cost) * many / float64(n)))
}
