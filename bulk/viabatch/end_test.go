package viabatch_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/request"
)

// short breaks off after so many bytes.
type short struct {
	io.ReadCloser
	left int
}

func (s *short) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := s.ReadCloser.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}

func TestSourceFails(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		broken := errors.New("the file is broken")
		cfg := s.config(0)
		cfg.Items = func(yield func(request.BatchItem, error) bool) { yield(request.BatchItem{}, broken) }
		if err := s.run(cfg); !errors.Is(err, broken) || s.wire.submitted != 0 {
			s.Errorf("error %v, %d batches", err, s.wire.submitted)
		}
	}, "openai")
}

// What can't be recorded is not gone on with, and the error names the batch.
func TestRecordFails(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		full := errors.New("disk full")
		cfg := s.config(40)
		cfg.OnSubmitted = func(viabatch.Submitted) error { return full }
		if err := s.run(cfg); !errors.Is(err, full) || !strings.Contains(err.Error(), "batch batch_") || s.wire.submitted != 1 {
			s.Errorf("error %v, %d batches", err, s.wire.submitted)
		}
	}, "openai")
}

func TestWrongKeyEndsTheRun(t *testing.T) {
	on(t, sim.Config{APIKeys: []string{"right"}}, func(s *stage) {
		if err := s.run(s.config(40)); request.Classify(err) != request.ClassAuth || len(s.results) != 0 {
			s.Errorf("error %v, %d results", err, len(s.results))
		}
	}, "openai", "anthropic")
}

// A refused submission is tried again; one whose outcome is open is not.
func TestSubmissionFails(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		refused := 0
		s.wire.meddle = func(r *http.Request) *http.Response {
			if r.Method != http.MethodPost || refused == 2 {
				return nil
			}
			refused++
			return answer(http.StatusServiceUnavailable, `{"error":{"message":"overloaded"}}`)
		}
		if err := s.run(s.config(10)); err != nil || refused != 2 {
			s.Fatalf("error %v after %d", err, refused)
		}
		s.want(10)
		s.billed(10)
	})
	on(t, sim.Config{}, func(s *stage) {
		s.wire.meddle = func(r *http.Request) *http.Response {
			if strings.HasSuffix(r.URL.Path, "/batches") {
				return answer(http.StatusGatewayTimeout, `{"error":{"message":"timeout"}}`)
			}
			return nil
		}
		if err := s.run(s.config(10)); err != nil || s.wire.submitted != 1 || len(s.results) != 10 {
			s.Fatalf("error %v, %d submitted, %d results", err, s.wire.submitted, len(s.results))
		}
		for id, result := range s.results {
			if e, ok := errors.AsType[*request.Error](result.Err); !ok || !e.MaybeBilled {
				s.Errorf("%s: %v", id, result.Err)
			}
		}
	}, "openai", "anthropic")
}

// A provider that never answers is given up on, and the batches stay.
func TestNeverAnswers(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		s.wire.meddle = func(r *http.Request) *http.Response {
			if r.Method != http.MethodGet {
				return nil
			}
			return answer(http.StatusBadGateway, "")
		}
		begun := time.Now()
		if err := s.run(s.config(10)); !errors.Is(err, request.ErrTransient) || len(s.results) != 0 {
			s.Errorf("error %v, %d results", err, len(s.results))
		}
		if took := time.Since(begun); took < time.Hour || took > 48*time.Hour {
			s.Errorf("given up after %v", took)
		}
	})
}

func TestBatchGone(t *testing.T) {
	on(t, sim.Config{}, func(s *stage) {
		cfg := s.config(3)
		cfg.Attached = []viabatch.Submitted{{ID: "batches/gone", Items: []string{"q0", "q1"}}}
		if err := s.run(cfg); err != nil {
			s.Fatal(err)
		}
		if len(s.results) != 3 || s.results["q2"].Response == nil || !errors.Is(s.results["q0"].Err, request.ErrNotFound) {
			s.Errorf("results %+v", s.results)
		}
	})
}

func TestConfigFaults(t *testing.T) {
	for _, err := range viabatch.Run(t.Context(), viabatch.Config{Poll: -1}) {
		want := "via batch: client is nil; give one of a provider with batches\nitems are nil; give a sequence, if an empty one\npoll, in-flight and limits must not be negative; 0 is the default"
		if err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}
