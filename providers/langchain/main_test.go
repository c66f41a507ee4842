package langchain_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(leakVariable) != "" {
		leak()
	}
	benchServer().ServeIfAsked()
	goleak.VerifyTestMain(m)
}
