package bench_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// server answers the benchmarks, in a process of its own.
var server = yardstick.Server{Answers: map[string]yardstick.Answer{"/v1/chat/completions": yardstick.Chat()}}

func TestMain(m *testing.M) {
	server.ServeIfAsked()
	goleak.VerifyTestMain(m)
}
