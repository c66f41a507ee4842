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
