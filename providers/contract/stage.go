package contract

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// stage is where one case plays: it opens clients and remembers their providers.
type stage struct {
	t         testing.TB
	ctx       context.Context
	cancel    context.CancelFunc
	openOne   Open
	features  *Features
	providers []*Provider
}

// patience is when a case is given up; simulated time reaches it only if a client hangs.
const patience = 48 * time.Hour

func newStage(t testing.TB, open Open, f *Features) *stage {
	s := &stage{t: t, openOne: open, features: f}
	s.ctx, s.cancel = context.WithTimeout(t.Context(), patience)
	return s
}

func (s *stage) open(set setting) (request.Client, *Provider) {
	p := newProvider(s.t, set)
	s.providers = append(s.providers, p)
	return s.openOne(s.t, p), p
}

// has tells whether the client has a feature.
func (s *stage) has(f Feature) bool {
	_, lacks := s.features.Lacks[f]
	return !lacks
}

// leftovers reports what the case's calls have left behind them.
func (s *stage) leftovers(live bool) error {
	if !live {
		synctest.Wait()
	}
	var errs []error
	for i, p := range s.providers {
		if n := len(p.sent.leaked()); n > 0 {
			errs = append(errs, fmt.Errorf("%d response bodies of provider %d are not closed", n, i))
		}
		if n := p.sim.Stats().InFlight; n > 0 {
			errs = append(errs, fmt.Errorf("%d requests to provider %d are still going on", n, i))
		}
	}
	return errors.Join(errs...)
}

// strike ends whatever is left.
func (s *stage) strike() {
	s.cancel()
	for _, p := range s.providers {
		for _, body := range p.sent.leaked() {
			body.Close()
		}
	}
}
