package policy_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/policy"
)

// dumbCeiling doubles without a care for the size.
func dumbCeiling(b policy.Backoff, failures int) *big.Int {
	ceiling := big.NewInt(int64(b.Base))
	ceiling.Lsh(ceiling, uint(max(0, failures-1)))
	most := big.NewInt(int64(b.Max))
	if b.Max <= 0 {
		most.SetInt64(math.MaxInt64)
	}
	if ceiling.Cmp(most) > 0 {
		return most
	}
	return ceiling
}

func TestBackoffAgainstDumbArithmetic(t *testing.T) {
	sizes := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, math.MaxInt64))
	rapid.Check(t, func(t *rapid.T) {
		b := policy.Backoff{Base: time.Duration(sizes.Draw(t, "base")), Max: time.Duration(sizes.Draw(t, "max"))}
		failures := rapid.IntRange(0, 200).Draw(t, "failures")
		random := rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(t, "random")
		ceiling := dumbCeiling(b, failures)
		share, _ := new(big.Float).Mul(big.NewFloat(random), new(big.Float).SetInt(ceiling)).Float64()
		got := b.Wait(failures, random)
		if got < 0 || big.NewInt(int64(got)).Cmp(ceiling) > 0 || math.Abs(float64(got)-share) > 1+share/1e12 {
			t.Fatalf("%+v waits %v after %d failures with %v; the ceiling is %v", b, got, failures, random, ceiling)
		}
	})
}

func TestBackoff(t *testing.T) {
	b := policy.Backoff{Base: time.Second, Max: 10 * time.Second}
	for i, want := range []time.Duration{500, 500, 1000, 2000, 4000, 5000, 5000} {
		if got := b.Wait(i, 0.5); got != want*time.Millisecond {
			t.Errorf("after %d failures: %v, not %v", i, got, want*time.Millisecond)
		}
	}
	for _, b := range []policy.Backoff{{}, {Max: time.Second}, {Base: -1}, {Base: -1, Max: -1}} {
		if got := b.Wait(math.MaxInt, 0.5); got != 0 {
			t.Errorf("%+v: %v", b, got)
		}
	}
}
