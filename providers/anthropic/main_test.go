package anthropic_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	benchServer().ServeIfAsked()
	goleak.VerifyTestMain(m)
}
