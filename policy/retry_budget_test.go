package policy_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/policy"
)

func TestRetryBudgetAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent, burst := rapid.Int64Range(0, 150).Draw(t, "percent"), rapid.IntRange(0, 5).Draw(t, "burst")
		b := policy.NewRetryBudget(float64(percent)/100, burst)
		most := big.NewRat(int64(burst), 1)
		balance, one := new(big.Rat).Set(most), big.NewRat(1, 1)
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "request") {
				b.Request()
				if balance.Add(balance, big.NewRat(percent, 100)); balance.Cmp(most) > 0 {
					balance.Set(most)
				}
				continue
			}
			want := balance.Cmp(one) >= 0
			if b.Exhausted() == want || b.Retry() != want {
				t.Fatalf("with %v left a retry is allowed: %v", balance, !want)
			}
			if want {
				balance.Sub(balance, one)
			}
		}
	})
}

// Over any length of time, retries are at most the share of the requests and the burst.
func TestRetryBudgetBoundsTheStorm(t *testing.T) {
	b := policy.NewRetryBudget(policy.DefaultRetryShare, policy.DefaultRetryBurst)
	retries := 0
	for range 10_000 {
		b.Request()
		for b.Retry() {
			retries++
		}
	}
	if retries != 50+9_999/5 { // the first request pays into a full budget
		t.Errorf("%d retries", retries)
	}
}

func TestRetryBudgetOfOddNumbers(t *testing.T) {
	var zero policy.RetryBudget
	for name, b := range map[string]*policy.RetryBudget{
		"zero value": &zero, "no burst": policy.NewRetryBudget(1, 0), "negative": policy.NewRetryBudget(-1, -1), "NaN": policy.NewRetryBudget(math.NaN(), 0),
	} {
		b.Request()
		if b.Retry() {
			t.Errorf("%s: a retry passes", name)
		}
	}
	if b := policy.NewRetryBudget(math.Inf(1), math.MaxInt); b.Exhausted() {
		t.Error("a boundless budget is exhausted")
	}
}
