package lane_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/dispatcher/lane"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newLane(t testing.TB, cfg lane.Config) *lane.Lane {
	t.Helper()
	l, err := lane.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func BenchmarkUncontended(b *testing.B) {
	l := newLane(b, lane.Config{Limits: lane.Limits{RPM: 1 << 40, TPM: 1 << 50}})
	b.ReportAllocs()
	for b.Loop() {
		p, err := l.Acquire(b.Context(), lane.Ticket{Tenant: "a", InputTokens: 100, MaxOutputTokens: 100})
		if err != nil {
			b.Fatal(err)
		}
		p.Done(lane.Outcome{Sent: true})
	}
	l.Abort()
}
