package request_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/request"
)

func TestMoneyText(t *testing.T) {
	for m, want := range map[request.Money]string{
		0: "$0.00", 1: "$0.000000001", request.Dollar: "$1.00", 12*request.Dollar + 50*request.Cent: "$12.50",
		-75_000: "-$0.000075", math.MaxInt64: "$9223372036.854775807", math.MinInt64: "-$9223372036.854775808",
		request.Dollar + 1: "$1.000000001", -request.Cent: "-$0.01",
	} {
		if got := m.String(); got != want {
			t.Errorf("%d: %s, want %s", int64(m), got, want)
		}
	}
}

func TestParseMoney(t *testing.T) {
	for text, want := range map[string]request.Money{
		"0": 0, "12.5": 12_500_000_000, "$12.50": 12_500_000_000, "20usd": 20 * request.Dollar, "20 USD": 20 * request.Dollar,
		" 0.000971 ": 971_000, "9.71e-04": 971_000, "1E3": 1000 * request.Dollar, ".5": 500_000_000, "5.": 5 * request.Dollar,
		"-$1.25": -1_250_000_000, "0.0000000005": 0, "0.0000000015": 2, "0.00000000051": 1, "0.0000000025": 2,
		"1e-30": 0, "9223372036.854775807": math.MaxInt64, "00012": 12 * request.Dollar,
	} {
		if got, err := request.ParseMoney(text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, int64(got), err, int64(want))
		}
	}
	for _, text := range []string{"", "$", "usd", "-", ".", "1,000", "1.2.3", "1e", "e5", "1e9999", "NaN", "Inf", "0x10", "--1", "$-1", "1e20", "9223372036.854775808", "9223372036.8547758075", "+1", "1_000", "€5"} {
		if got, err := request.ParseMoney(text); err == nil || !strings.Contains(err.Error(), "write dollars like") {
			t.Errorf("%q: %v, %v; want an error", text, got, err)
		}
	}
}

// Parsing must agree with exact rational arithmetic, rounded half to even.
func TestParseMoneyAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{0,9}\.?[0-9]{1,25}`).Draw(t, "digits")
		if rapid.Bool().Draw(t, "exponent") {
			text += rapid.StringMatching(`[eE][-+]?[0-9]{1,2}`).Draw(t, "exponent text")
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is no number to math/big", text)
		}
		exact.Mul(exact, big.NewRat(int64(request.Dollar), 1))
		want, inRange := roundHalfEven(exact)
		got, err := request.ParseMoney(text)
		if inRange != (err == nil) || inRange && got != want {
			t.Fatalf("%q: %d, %v; want %d, in range %v", text, int64(got), err, int64(want), inRange)
		}
	})
}

func roundHalfEven(r *big.Rat) (request.Money, bool) {
	twice := new(big.Rat).Mul(r, big.NewRat(2, 1))
	floor := new(big.Int).Quo(twice.Num(), twice.Denom()) // r is not negative
	n, rest := new(big.Int).QuoRem(floor, big.NewInt(2), new(big.Int))
	exactHalf := rest.Sign() != 0 && twice.IsInt()
	if rest.Sign() != 0 && (!exactHalf || n.Bit(0) == 1) {
		n.Add(n, big.NewInt(1))
	}
	return request.Money(n.Int64()), n.IsInt64()
}

func TestMoneyJSONRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := request.Money(rapid.Int64Range(math.MinInt64+1, math.MaxInt64).Draw(t, "amount"))
		text, err := json.Marshal(m)
		var back request.Money
		if err != nil || json.Unmarshal(text, &back) != nil || back != m {
			t.Fatalf("%d became %s, read back as %d, %v", int64(m), text, int64(back), err)
		}
	})
	var m request.Money
	if err := json.Unmarshal([]byte(`"$1.5"`), &m); err != nil || m != 1_500_000_000 {
		t.Errorf("a text: %v, %v", m, err)
	}
	for _, bad := range []string{`true`, `"x"`, `{}`} {
		if err := json.Unmarshal([]byte(bad), &m); err == nil {
			t.Errorf("%s was taken as %v", bad, m)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range []string{"12.5", "$1e-5", "20usd", "-.5", "9223372036.854775808", "1e99"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := request.ParseMoney(text)
		if err != nil {
			return
		}
		if back, err := request.ParseMoney(m.String()); err != nil || back != m {
			t.Fatalf("%q gave %v, which reads back as %v, %v", text, m, back, err)
		}
	})
}

func TestUSD(t *testing.T) {
	for dollars, want := range map[float64]request.Money{
		0.1: 100_000_000, 1e-10: 0, 5e-10: 0, 1.5e-9: 2, -2.5: -2_500_000_000, 1e300: math.MaxInt64, math.Inf(-1): math.MinInt64,
	} {
		if got := request.USD(dollars); got != want {
			t.Errorf("%v: %d, want %d", dollars, int64(got), int64(want))
		}
	}
	if request.USD(math.NaN()) != 0 || request.Dollar.USD() != 1 {
		t.Error("NaN or a dollar is wrong")
	}
}
