package ledger_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"
)

// bg is for what outlives no test.
var bg = context.Background()

func TestMain(m *testing.M) {
	if !runsChild() {
		goleak.VerifyTestMain(m)
	}
}
