package main

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(tests{m}) }

// tests closes idle connections at the end: those of the shared transport have a goroutine each and belong to no test.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer wire.Shared().CloseIdleConnections()
	return t.M.Run()
}
