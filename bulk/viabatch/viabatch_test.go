package viabatch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/request"
)

// slow batches take two hours.
var slow = sim.Batches{Delay: 2 * time.Hour}

func TestWholeFlow(t *testing.T) {
	on(t, sim.Config{Batches: slow}, func(s *stage) {
		cfg := s.config(95)
		cfg.InFlight = 4
		polled, over := 0, map[string]int{}
		cfg.OnPolled = func(b request.Batch) {
			if polled++; b.State.Over() {
				over[b.ID] = b.Counts.Succeeded
			}
		}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		if last := s.batches[9].ID; len(over) != 10 || over[last] != 5 || polled <= 10 {
			s.Errorf("polled %d times, over %v", polled, over)
		}
		s.want(95)
		s.billed(95)
		if len(s.batches) != 10 || len(s.batches[9].Items) != 5 {
			s.Errorf("%d batches, the last of %d", len(s.batches), len(s.batches[len(s.batches)-1].Items))
		}
	})
}

// A run that goes on where another was broken off asks for its batches and submits none of their items.
func TestRestart(t *testing.T) {
	on(t, sim.Config{Batches: slow}, func(s *stage) {
		ctx, die := context.WithTimeout(s.Context(), time.Hour)
		defer die()
		cfg := s.config(35)
		cfg.InFlight = 2
		last := error(nil)
		for _, err := range viabatch.Run(ctx, cfg) {
			last = err
		}
		if !errors.Is(last, context.DeadlineExceeded) || len(s.batches) != 2 {
			s.Fatalf("error %v with %d batches", last, len(s.batches))
		}
		cfg = s.config(35)
		cfg.Attached = slices.Clone(s.batches)
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		s.want(35)
		s.billed(35)
		if s.wire.submitted != 4 {
			s.Errorf("%d batches were submitted", s.wire.submitted)
		}
	})
}

// Leaving the loop leaves the batches, too.
func TestLeaveAndAttach(t *testing.T) {
	on(t, sim.Config{Batches: slow}, func(s *stage) {
		for result, err := range viabatch.Run(s.Context(), s.config(20)) {
			if err != nil {
				s.Fatal(err)
			}
			s.results[result.ID] = result
			break
		}
		cfg := s.config(20)
		for _, b := range s.batches { // with the items that are still wanted
			b.Items = slices.DeleteFunc(slices.Clone(b.Items), func(id string) bool { _, done := s.results[id]; return done })
			cfg.Attached = append(cfg.Attached, b)
		}
		all := cfg.Items
		cfg.Items = func(yield func(request.BatchItem, error) bool) {
			for item, err := range all {
				if _, done := s.results[item.ID]; !done && !yield(item, err) {
					return
				}
			}
		}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		s.want(20)
		s.billed(20)
	})
}

func TestExpiredAreSentOnceMore(t *testing.T) {
	on(t, sim.Config{Seed: 3, Batches: sim.Batches{Delay: time.Hour, Expired: 0.15, Missing: 0.1}}, func(s *stage) {
		if err := s.run(s.config(60)); err != nil {
			s.Fatal(err)
		}
		sent := map[string]int{}
		for _, b := range s.batches {
			for _, id := range b.Items {
				sent[id]++
			}
		}
		again := 0
		for id, times := range sent {
			result := s.results[id]
			if times > 2 || result.Response == nil && (times != 2 || result.Err == nil) {
				s.Errorf("%s: sent %d times, %v", id, times, result.Err)
			}
			again += times - 1
		}
		if len(s.results) != 60 || again < 5 {
			s.Errorf("%d results, %d sent again", len(s.results), again)
		}
		for question, times := range s.bills {
			if times != 1 {
				s.Errorf("%s was answered %d times", question, times)
			}
		}
	})
}

// A batch that takes longer than its window has answered some of its items.
func TestExpiredBatch(t *testing.T) {
	on(t, sim.Config{Batches: sim.Batches{Delay: 40 * time.Hour}}, func(s *stage) {
		if err := s.run(s.config(10)); err != nil {
			s.Fatal(err)
		}
		answered := 0
		for id, result := range s.results {
			if result.Response != nil {
				answered++
			} else if e, ok := errors.AsType[*request.Error](result.Err); !ok || e.Reason != request.ReasonExpired {
				s.Errorf("%s: %v", id, result.Err)
			}
		}
		if len(s.results) != 10 || answered != 8 || len(s.batches) != 2 { // 60 % of ten, and of the four that were left
			s.Errorf("%d results, %d answered, %d batches", len(s.results), answered, len(s.batches))
		}
	}, "openai", "anthropic")
}

func TestExpiredOfAnAttachedBatch(t *testing.T) {
	on(t, sim.Config{Batches: sim.Batches{Delay: 40 * time.Hour}}, func(s *stage) {
		cfg := s.config(10)
		cfg.InFlight = 1
		var ids []string
		var batch []request.BatchItem
		for item := range items(10) {
			ids, batch = append(ids, item.ID), append(batch, item)
		}
		first, err := s.client.SubmitBatch(s.Context(), batch)
		if err != nil {
			s.Fatal(err)
		}
		cfg.Attached = []viabatch.Submitted{{ID: first.ID, Items: append(ids, "gone")}}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		again := []string{}
		for _, b := range s.batches {
			again = append(again, b.Items...)
		}
		slices.Sort(again)
		if want := []string{"q6", "q7", "q8", "q9"}; !slices.Equal(again, want) {
			s.Errorf("submitted %v, want %v", again, want)
		}
		if len(s.results) != 11 || s.results["gone"].Err == nil {
			s.Errorf("%d results, gone: %v", len(s.results), s.results["gone"].Err)
		}
	}, "openai", "anthropic")
}

// Who keeps the items' money may refuse to send one once more, and what was sent twice is not sent again after a restart.
func TestWhetherToSendOnceMore(t *testing.T) {
	on(t, sim.Config{Seed: 3, Batches: sim.Batches{Missing: 1}}, func(s *stage) {
		cfg := s.config(2)
		cfg.Resend = func(id string, why error) bool {
			e, ok := errors.AsType[*request.Error](why)
			return ok && e.MaybeBilled && id == "q0"
		}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		if len(s.batches) != 2 || len(s.batches[0].Again) != 0 || !slices.Equal(s.batches[1].Again, []string{"q0"}) || !slices.Equal(s.batches[1].Items, []string{"q0"}) || len(s.results) != 2 {
			s.Fatalf("batches %+v, results %v", s.batches, s.results)
		}
		clear(s.results)
		cfg.Attached = s.batches[1:]
		cfg.Items = items(1)
		if err := s.run(cfg); err != nil || len(s.batches) != 2 || s.results["q0"].Err == nil {
			s.Errorf("after a restart: batches %+v, %v, error %v", s.batches, s.results, err)
		}
	}, "openai", "anthropic")
}

func TestCanceledBatch(t *testing.T) {
	on(t, sim.Config{Batches: slow}, func(s *stage) {
		cfg := s.config(10)
		cfg.OnSubmitted = func(b viabatch.Submitted) error {
			time.Sleep(time.Hour)
			return s.client.CancelBatch(s.Context(), b.ID)
		}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		canceled := 0
		for _, result := range s.results {
			if errors.Is(result.Err, request.ErrCanceled) {
				canceled++
			}
		}
		if len(s.results) != 10 || canceled < 5 || s.wire.submitted != 1 {
			s.Errorf("%d results, %d canceled, %d batches", len(s.results), canceled, s.wire.submitted)
		}
	})
}

// A wait that the provider asks for is kept, and a poll that fails loses nothing.
func TestPollRefused(t *testing.T) {
	on(t, sim.Config{Batches: sim.Batches{Delay: 10 * time.Minute}}, func(s *stage) {
		refused, until := 0, time.Time{}
		s.wire.meddle = func(r *http.Request) *http.Response {
			if r.Method != http.MethodGet || refused == 3 {
				return nil
			}
			if time.Now().Before(until) {
				s.Errorf("asked again %v too early", time.Until(until))
			}
			refused++
			until = time.Now().Add(time.Hour)
			return answer(http.StatusTooManyRequests, `{"error":{"message":"slow down"}}`, "Retry-After", "3600")
		}
		if err := s.run(s.config(10)); err != nil {
			s.Fatal(err)
		}
		s.want(10)
		if refused != 3 {
			s.Errorf("refused %d polls", refused)
		}
	})
}

// An answer in a line that can't be read was paid for: it is read once more, but not sent again.
func TestMalformedResults(t *testing.T) {
	on(t, sim.Config{Seed: 1, Batches: sim.Batches{Malformed: 0.2}}, func(s *stage) {
		if err := s.run(s.config(30)); err != nil {
			s.Fatal(err)
		}
		lost := 0
		for id, result := range s.results {
			if result.Err != nil {
				lost++
				if e, ok := errors.AsType[*request.Error](result.Err); !ok || e.Class != request.ClassTruncated || !e.MaybeBilled {
					s.Errorf("%s: %v", id, result.Err)
				}
			}
		}
		if len(s.results) != 30 || lost == 0 || s.wire.submitted != 3 {
			s.Errorf("%d results, %d lost, %d batches", len(s.results), lost, s.wire.submitted)
		}
		s.billed(30)
	})
}

// Results that break off are read again from the start.
func TestResultsBreakOff(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		broken := false
		s.wire.meddle = func(r *http.Request) *http.Response {
			if broken || !strings.HasSuffix(r.URL.Path, "/content") && !strings.HasSuffix(r.URL.Path, "/results") {
				return nil
			}
			broken = true
			resp, err := s.sim.Transport().RoundTrip(r)
			if err != nil {
				s.Fatal(err)
			}
			resp.Body = &short{resp.Body, 3000}
			return resp
		}
		if err := s.run(s.config(10)); err != nil {
			s.Fatal(err)
		}
		if !broken {
			s.Error("nothing was broken off")
		}
		s.want(10)
		s.billed(10)
	}, "openai", "anthropic")
}

func TestItemsThatCantBeSent(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		cfg := s.config(3)
		good := cfg.Items
		cfg.Items = func(yield func(request.BatchItem, error) bool) {
			for item, err := range good {
				if !yield(item, err) {
					return
				}
			}
			huge := request.BatchItem{ID: "huge", Request: request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: strings.Repeat("x", 5000)}}}}
			_ = yield(request.BatchItem{ID: "empty"}, nil) && yield(huge, nil)
		}
		cfg.Limits.Bytes = 2000
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		for _, id := range []string{"empty", "huge"} {
			if result := s.results[id]; !errors.Is(result.Err, request.ErrInvalid) {
				s.Errorf("%s: %v", id, result.Err)
			}
			delete(s.results, id)
		}
		s.want(3)
	})
}

func TestEachModelHasItsBatch(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		cfg := s.config(8)
		all := cfg.Items
		cfg.Items = func(yield func(request.BatchItem, error) bool) {
			n := 0
			for item := range all {
				item.Request.Model = fmt.Sprint("model-", n%2)
				if n++; !yield(item, nil) {
					return
				}
			}
		}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		s.want(8)
		want := 2
		if !s.client.BatchLimits().OneModel {
			want = 1
		}
		if len(s.batches) != want {
			s.Errorf("%d batches, want %d", len(s.batches), want)
		}
	})
}
