package openai_test

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		serveBench()
	}
	os.Exit(m.Run())
}
