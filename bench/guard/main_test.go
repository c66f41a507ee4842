package guard

import (
	_ "embed"
	"testing"

	"go.uber.org/goleak"
)

const file = "baseline.txt"

//go:embed baseline.txt
var stored string

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
