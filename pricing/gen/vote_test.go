package main

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func TestVote(t *testing.T) {
	for name, test := range map[string]struct {
		votes, breakers []int
		value           int
		verdict         verdict
	}{
		"nobody":                        {nil, []int{9}, 0, silent},
		"one":                           {[]int{5}, []int{9}, 5, single},
		"all":                           {[]int{5, 5, 5}, nil, 5, unanimous},
		"most":                          {[]int{7, 5, 7}, nil, 7, majority},
		"half is not most":              {[]int{7, 5, 7, 5}, nil, 5, split},
		"two":                           {[]int{7, 5}, nil, 5, split},
		"two and one who breaks":        {[]int{7, 5}, []int{7}, 7, tiebreak},
		"two and one of another mind":   {[]int{7, 5}, []int{6}, 5, split},
		"three minds":                   {[]int{7, 5, 6}, nil, 5, split},
		"a majority can't be broken":    {[]int{7, 7, 5}, []int{5}, 7, majority},
		"K of a thousand and of 1024":   {[]int{128_000, 131_072}, nil, 131_072, unanimous},
		"a million":                     {[]int{1_048_576, 1_000_000}, nil, 1_048_576, unanimous},
		"a round number of another":     {[]int{400_000, 300_000}, nil, 300_000, split},
		"a round number above the rest": {[]int{1_000_000, 990_000}, nil, 990_000, split},
	} {
		value, v := vote(test.votes, test.breakers, sameLimit)
		if value != test.value || v != test.verdict {
			t.Errorf("%s: %d, %s; want %d, %s", name, value, verdictNames[v], test.value, verdictNames[test.verdict])
		}
	}
}

// Whatever is voted, the value is one of the votes, more than half stand behind a majority, and the order plays no part.
func TestVoteKeepsItsRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		votes := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 5).Draw(t, "votes")
		breakers := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 2).Draw(t, "breakers")
		value, v := vote(votes, breakers, same)
		n := count(votes, func(v int) bool { return v == value })
		won := v == single || v == unanimous || v == majority
		if n == 0 || won != (2*n > len(votes)) || v == split && value != slices.Min(votes) {
			t.Fatalf("%v, %v: %d, %s", votes, breakers, value, verdictNames[v])
		}
		shuffled := rapid.Permutation(votes).Draw(t, "shuffled")
		if again, w := vote(shuffled, breakers, same); again != value || w != v {
			t.Fatalf("%v gives %d, %v gives %d", votes, value, shuffled, again)
		}
	})
}

func TestPriceIsExact(t *testing.T) {
	for _, test := range []struct {
		number string
		shift  int
		want   request.Money
	}{
		{"3e-06", 0, 3 * request.Dollar},
		{"0.0000003", 0, 300_000_000},
		{"7.5E-8", 0, 75_000_000},
		{"2.8e-09", 0, 2_800_000},
		{"0.0028", 6, 2_800_000},
		{"15", 6, 15 * request.Dollar},
		{"0.000125", 2, 1_250_000_000},
	} {
		if got := price(json.Number(test.number), test.shift); got != (pricing.Price{PerMillion: test.want, Known: true}) {
			t.Errorf("%s × 10^-%d: %v", test.number, test.shift, got)
		}
	}
	for _, unknown := range []json.Number{"", "0", "0.0", "-1", "free", "1ex", "1e999"} {
		if got := price(unknown, 0); got.Known {
			t.Errorf("%q: %v", unknown, got)
		}
	}
}

func TestTokens(t *testing.T) {
	for number, want := range map[json.Number]int{
		"128000": 128_000, "1e6": 1_000_000, "1000000.0": 1_000_000, "65535": 65_536, "32767": 32_768, "131071": 131_072, "1": 1,
		"": 0, "-5": 0, "many": 0, "1e300": 0,
	} {
		if got := tokens(number); got != want {
			t.Errorf("%s: %d, want %d", number, got, want)
		}
	}
}
