package pricing_test

import (
	"maps"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// dumbCost is a cost as one would work it out on paper, in fractions, with the terms looked for the long way.
func dumbCost(m *pricing.Model, u request.Usage, s pricing.Service) (*big.Rat, bool) {
	offer := map[string]pricing.Offer{"": pricing.Standard, "flex": pricing.Flex, "priority": pricing.Priority}[s.Tier]
	if s.Batch {
		offer = pricing.Batch
	}
	rates := dumbRates(m, offer, pricing.DayOf(s.At), u.PromptTokens())
	if rates == nil || !u.Reported && !u.Estimated && u.TotalTokens() == 0 {
		return nil, false
	}
	sum, ok := new(big.Rat), true
	add := func(n int, p pricing.Price) {
		ok = ok && n >= 0 && (n == 0 || p.Known)
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(int64(n), 1_000_000), big.NewRat(int64(p.PerMillion), 1)))
	}
	part := func(n int, k pricing.Kind) int {
		if n == 0 || !slices.ContainsFunc(m.Prices.Terms, func(t pricing.Terms) bool { return t.Rates[k].Known }) {
			return 0
		}
		add(n, rates[k])
		return n
	}
	add(u.InputTokens-part(u.AudioInputTokens, pricing.AudioInput)-part(u.ImageInputTokens, pricing.ImageInput), rates[pricing.Input])
	add(u.OutputTokens-part(u.ReasoningTokens, pricing.ReasoningOutput)-part(u.AudioOutputTokens, pricing.AudioOutput)-
		part(u.ImageOutputTokens, pricing.ImageOutput), rates[pricing.Output])
	add(u.CacheReadTokens, rates[pricing.CacheRead])
	add(u.CacheWrite5mTokens, rates[pricing.CacheWrite5m])
	add(u.CacheWrite1hTokens, rates[pricing.CacheWrite1h])
	units := map[string]int{}
	maps.Copy(units, u.Units)
	for _, unit := range m.Prices.Units {
		if unit.Name == pricing.PerRequest {
			add(1, unit.Price)
		} else {
			add(units[unit.Name], unit.Price)
		}
		delete(units, unit.Name)
	}
	for _, n := range units {
		add(n, pricing.Price{})
	}
	return sum, ok
}

func dumbRates(m *pricing.Model, offer pricing.Offer, day pricing.Day, prompt int) *pricing.Rates {
	var best *pricing.Terms
	for i := range m.Prices.Terms {
		t := &m.Prices.Terms[i]
		if t.Offer != offer || t.From > day || t.Above > 0 && prompt <= t.Above {
			continue
		}
		if best == nil || t.From > best.From || t.From == best.From && t.Above > best.Above {
			best = t
		}
	}
	if best == nil {
		return nil
	}
	return &best.Rates
}

// evenly rounds half to even.
func evenly(r *big.Rat) request.Money {
	quotient, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	half := new(big.Int).Mul(rest, big.NewInt(2)).Cmp(r.Denom())
	if half > 0 || half == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return request.Money(quotient.Int64())
}

func usages() *rapid.Generator[request.Usage] {
	return rapid.Custom(func(t *rapid.T) request.Usage {
		n := func(name string, most int) int {
			return rapid.OneOf(rapid.Just(0), rapid.IntRange(0, most)).Draw(t, name)
		}
		u := request.Usage{
			InputTokens: n("input", 1e6), CacheReadTokens: n("read", 1e6), CacheWrite5mTokens: n("5m", 1e5), CacheWrite1hTokens: n("1h", 1e5),
			OutputTokens: n("output", 1e5), Reported: rapid.Bool().Draw(t, "reported"),
		}
		u.AudioInputTokens, u.ImageInputTokens = n("audio", u.InputTokens/2), n("image", u.InputTokens/2)
		u.ReasoningTokens = n("reasoning", u.OutputTokens/3)
		u.AudioOutputTokens, u.ImageOutputTokens = n("audio out", u.OutputTokens/3), n("image out", u.OutputTokens/2)
		u.Units = rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.IntRange(0, 9), 0, 2).Draw(t, "units")
		return u
	})
}

// costly are models with every kind of terms, and few gaps.
func costly() *rapid.Generator[pricing.Model] {
	return rapid.Custom(func(t *rapid.T) pricing.Model {
		gaps := rapid.Bool().Draw(t, "gaps")
		price := rapid.Custom(func(t *rapid.T) pricing.Price {
			if gaps && rapid.IntRange(0, 4).Draw(t, "gap") == 0 {
				return pricing.Price{}
			}
			return pricing.PerMillion(request.Money(rapid.OneOf(rapid.Int64Range(0, 1e12), rapid.Int64Range(0, 9)).Draw(t, "price")))
		})
		m := pricing.Model{Vendor: "v", Name: "m", MaxOutputTokens: rapid.IntRange(1, 1e5).Draw(t, "limit")}
		m.Prices.Terms = append(m.Prices.Terms, pricing.Terms{})
		for range rapid.IntRange(0, 5).Draw(t, "terms") {
			m.Prices.Terms = append(m.Prices.Terms, pricing.Terms{
				Offer: pricing.Offer(rapid.IntRange(0, 3).Draw(t, "offer")), From: pricing.Day(rapid.SampledFrom([]int32{0, 20_000, 20_001, 30_000}).Draw(t, "from")),
				Above: rapid.SampledFrom([]int{0, 200_000, 500_000}).Draw(t, "above"),
			})
		}
		for i := range m.Prices.Terms {
			for k := range m.Prices.Terms[i].Rates {
				m.Prices.Terms[i].Rates[k] = price.Draw(t, "rate")
			}
		}
		for _, name := range []string{"a", "b", pricing.PerRequest}[:rapid.IntRange(0, 3).Draw(t, "units")] {
			m.Prices.Units = append(m.Prices.Units, pricing.Unit{Name: name, Price: price.Draw(t, "unit")})
		}
		slices.SortStableFunc(m.Prices.Terms, pricing.CompareTerms)
		m.Prices.Terms = slices.CompactFunc(m.Prices.Terms, func(a, b pricing.Terms) bool { return pricing.CompareTerms(a, b) == 0 })
		return m
	})
}

func services() *rapid.Generator[pricing.Service] {
	return rapid.Custom(func(t *rapid.T) pricing.Service {
		at := pricing.Day(rapid.SampledFrom([]int32{1, 19_999, 20_000, 20_001, 40_000}).Draw(t, "day"))
		return pricing.Service{
			At: day(at.String()), Tier: rapid.SampledFrom([]string{"", "", "flex", "priority"}).Draw(t, "tier"), Batch: rapid.IntRange(0, 3).Draw(t, "batch") == 0,
		}
	})
}

func TestCostIsWhatOneWorksOutOnPaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, u, s := costly().Draw(t, "model"), usages().Draw(t, "usage"), services().Draw(t, "service")
		want, priced := dumbCost(&m, u, s)
		got, ok := m.Cost(&u, s)
		if ok != priced || ok && got != evenly(want) {
			t.Fatalf("got %d, %v; want %v, %v", got, ok, want, priced)
		}
		bill := m.Bill(&u, s)
		if bill.Priced != ok || bill.Total != got || (bill.Why == "") != ok {
			t.Fatalf("cost %d, %v; bill %+v", got, ok, bill)
		}
		if !ok {
			return
		}
		sum := new(big.Rat)
		for _, line := range bill.Lines {
			sum.Add(sum, new(big.Rat).Mul(big.NewRat(int64(line.Count), 1_000_000), big.NewRat(int64(line.Price.PerMillion), 1)))
		}
		if sum.Cmp(want) != 0 {
			t.Fatalf("the lines make %v, not %v", sum, want)
		}
	})
}
