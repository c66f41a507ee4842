package measure

import (
	"time"

	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/request"
)

// Second is what happened in one second of the load, warm-up included.
type Second struct {
	// Sent counts requests sent, Answered, Failed and Canceled those that ended. InFlight is how many there were at its end.
	Sent     int `json:"sent"`
	Answered int `json:"answered"`
	Failed   int `json:"failed"`
	Canceled int `json:"canceled,omitempty"`
	InFlight int `json:"in_flight"`
	// Admitted counts attempts let through, RateLimited those that a rate limit refused, by when they ended.
	Admitted    int `json:"admitted"`
	RateLimited int `json:"rate_limited"`

	InputTokens  int `json:"input_tokens"`
	OutputTokens int `json:"output_tokens"`
	// Waited is the mean time that what ended had waited before it was sent.
	Waited time.Duration `json:"waited_ns"`
	// Latencies of the answers that ended, from when they were sent.
	TTFTp50 time.Duration `json:"ttft_p50_ns"`
	TTFTp99 time.Duration `json:"ttft_p99_ns"`
	E2Ep50  time.Duration `json:"e2e_p50_ns"`
	E2Ep99  time.Duration `json:"e2e_p99_ns"`
}

// series collects seconds. Only the latest have histograms, so that memory grows by some hundred bytes a second.
type series struct {
	list []Second
	live map[int]*liveSecond
	// closed is how many seconds, from the first on, have lost their histograms.
	closed int
}

// liveSeconds is how far behind the latest end an end may be told and still count in the percentiles.
const liveSeconds = 3

type liveSecond struct{ ttft, e2e histogram.Histogram }

// at gives the second of a time, after the list has grown to it.
func (s *series) at(d time.Duration) *Second {
	i := max(0, int(d/time.Second))
	for len(s.list) <= i {
		s.list = append(s.list, Second{})
	}
	return &s.list[i]
}

func (s *series) add(r *Record) {
	s.at(r.Sent).Sent++
	for _, a := range r.Attempts {
		if second := s.at(a.End); a.Class == request.ClassRateLimit {
			second.RateLimited++
		} else {
			second.Admitted++
		}
	}
	second := s.at(r.End)
	second.Waited += r.Waited()
	switch {
	case r.Canceled():
		second.Canceled++
		return
	case !r.Answered():
		second.Failed++
		return
	}
	second.Answered++
	second.InputTokens += r.Input
	second.OutputTokens += r.Output
	if live := s.alive(int(r.End / time.Second)); live != nil {
		live.e2e.Add(r.End - r.Sent)
		if first, ok := r.first(); ok {
			live.ttft.Add(first - r.Sent)
		}
	}
}

func (s *series) alive(i int) *liveSecond {
	s.close(i - liveSeconds)
	if i < s.closed {
		return nil
	}
	if s.live == nil {
		s.live = map[int]*liveSecond{}
	}
	if s.live[i] == nil {
		s.live[i] = &liveSecond{}
	}
	return s.live[i]
}

// close replaces the histograms of the seconds before one by their percentiles.
func (s *series) close(before int) {
	for ; s.closed < before; s.closed++ {
		live := s.live[s.closed]
		if live == nil {
			continue
		}
		second := &s.list[s.closed]
		second.TTFTp50, second.TTFTp99 = live.ttft.Quantile(0.5), live.ttft.Quantile(0.99)
		second.E2Ep50, second.E2Ep99 = live.e2e.Quantile(0.5), live.e2e.Quantile(0.99)
		delete(s.live, s.closed)
	}
}

// finish gives the seconds, with what only the whole tells.
func (s *series) finish() []Second {
	s.close(len(s.list))
	inFlight := 0
	for i := range s.list {
		second := &s.list[i]
		ended := second.Answered + second.Failed + second.Canceled
		inFlight += second.Sent - ended
		second.InFlight = inFlight
		second.Waited /= time.Duration(max(1, ended))
	}
	return s.list
}
