package dispatcher_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	provider().ServeIfAsked()
	goleak.VerifyTestMain(m)
}
