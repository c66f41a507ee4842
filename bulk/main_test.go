package bulk_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childEnv); folder != "" {
		os.Exit(child(folder))
	}
	if order := os.Getenv(workerEnv); order != "" {
		os.Exit(work(order))
	}
	goleak.VerifyTestMain(m)
}
