package pricing_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// everything compares who states prices, too, which Model.Equal does not.
var everything = cmp.FilterValues(func(_, _ pricing.Model) bool { return true }, cmp.Comparer(reflect.DeepEqual))

func TestParseReadsEveryField(t *testing.T) {
	table := parse(t, `
# a remark
[sources]
a One 2026-01-01
[v]
full 200000 64000 stT ab usd=3,15a,0.075- usd>200000@2026-02-01=6,,,,,,,,,1 batch= units=search:10000,request: end=2026-02-28
some 1 0 - a usd=,0.5
none 0 0 ? -
`)
	price := func(m request.Money, sources string) pricing.Price {
		return pricing.Price{PerMillion: m, Known: true, Sources: pricing.LettersOf(sources)}
	}
	plain := pricing.Rates{price(3*request.Dollar, "ab"), price(15*request.Dollar, "a"), price(75_000_000, "")}
	long := pricing.Rates{pricing.Input: price(6*request.Dollar, "ab"), pricing.ImageOutput: price(request.Dollar, "ab")}
	want := []pricing.Model{
		{
			Vendor: "v", Name: "full", ContextTokens: 200_000, MaxOutputTokens: 64_000, Sources: "ab",
			Flags: pricing.Described | pricing.Streaming | pricing.Tools | pricing.Sampling,
			Prices: pricing.Prices{
				Terms: []pricing.Terms{
					{Above: 200_000, From: pricing.DayOf(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)), Rates: long},
					{Rates: plain},
					{Offer: pricing.Batch},
				},
				Units: []pricing.Unit{{"search", price(10_000*request.Dollar, "ab")}, {pricing.PerRequest, pricing.Price{}}},
			},
			Deprecated: time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC),
		},
		{Vendor: "v", Name: "none"},
		{Vendor: "v", Name: "some", ContextTokens: 1, Flags: pricing.Described, Sources: "a", Prices: pricing.Prices{
			Terms: []pricing.Terms{{Rates: pricing.Rates{pricing.Output: price(50*request.Cent, "a")}}},
		}},
	}
	if diff := cmp.Diff(want, slices.Collect(table.Models()), everything); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]pricing.Source{{Letter: 'a', Name: "One", Date: "2026-01-01"}}, table.Sources()); diff != "" {
		t.Errorf("sources (-want +got)\n%s", diff)
	}
}

func TestParseReportsEveryFaultWithItsLine(t *testing.T) {
	_, err := pricing.Parse(`early 1 1 s a
[v]
short 1 1
bad -1 x q a usd=1,two end=soon x=1
[
twice 0 0 ? a usd=1 usd=2 units=a:1,a:2
many 0 0 ? a batch=1,2,3,4,5,6,7,8,9,10,11
terms 0 0 ? a usd>0=1 flex@2026-13-01=1 usd=-1 units=a
lost =
[sources]
long One 2026
`)
	if err == nil {
		t.Fatal("parsed")
	}
	for _, want := range []string{
		"line 1: an entry before the first [section]",
		"line 3: model short: want NAME CONTEXT OUTPUT FLAGS SOURCES",
		`line 4: model bad: limit "-1" is not a number of tokens`, `limit "x"`, `flag 'q' in "q" is none of stpjJvdarcT`, `amount "two"`, `"soon"`, `field "x" is unknown; use usd, batch, flex, priority, units or end`,
		`line 5: "[" is not a [section]`,
		"line 6: model twice: usd is given twice; remove one", "units: a is given twice; remove one",
		"line 7: model many: batch has more than 10 prices",
		`line 8: model terms: field "usd>0": "0" is not a number of tokens`, `field "flex@2026-13-01": date "2026-13-01": write a day like 2026-01-31`,
		"usd, input: a price can't be negative", `units: "a": want NAME:PRICE`,
		"line 9: alias lost: want ALIAS = NAME",
		`line 11: source "long One 2026": want LETTER NAME DATE`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("does not say %q:\n%v", want, err)
		}
	}
}

func TestOfTwoModelsOfOneNameTheLaterStands(t *testing.T) {
	table := parse(t, "[v]\nm 1 1 s a\nn 3 3 s a\nm 2 2 s a\n")
	if m, ok := table.Lookup("v", "m"); !ok || m.ContextTokens != 2 {
		t.Errorf("found %+v, %v", m, ok)
	}
	if n := len(slices.Collect(table.Models())); n != 2 {
		t.Errorf("%d models", n)
	}
}

func model() *rapid.Generator[pricing.Model] {
	return rapid.Custom(func(t *rapid.T) pricing.Model {
		m := pricing.Model{
			Vendor:        rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "vendor"),
			Name:          rapid.StringMatching(`[a-zA-Z@][a-z0-9.:/@_-]{0,20}`).Draw(t, "name"),
			ContextTokens: rapid.IntRange(0, 1e9).Draw(t, "context"), MaxOutputTokens: rapid.IntRange(0, 1e9).Draw(t, "output"),
			Flags:   pricing.Flags(rapid.Uint16Range(0, uint16(pricing.Described)-1).Draw(t, "flags")) | pricing.Described,
			Sources: rapid.StringMatching(`[a-z]{0,4}`).Draw(t, "sources"),
			Prices:  pricing.Prices{Terms: rapid.SliceOfNDistinct(terms(), 0, 4, withoutRates).Draw(t, "terms")},
		}
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z_]{1,9}`), 0, 3, rapid.ID).Draw(t, "units") {
			m.Prices.Units = append(m.Prices.Units, pricing.Unit{Name: name, Price: price().Draw(t, "unit")})
		}
		if rapid.Bool().Draw(t, "deprecated") {
			m.Deprecated = time.Unix(86400*rapid.Int64Range(1, 20_000).Draw(t, "day"), 0).UTC()
		}
		if rapid.Bool().Draw(t, "undescribed") {
			m.Flags = 0
		}
		return m
	})
}

func terms() *rapid.Generator[pricing.Terms] {
	return rapid.Custom(func(t *rapid.T) pricing.Terms {
		terms := pricing.Terms{
			Offer: pricing.Offer(rapid.IntRange(0, 3).Draw(t, "offer")), From: pricing.Day(rapid.Int32Range(0, 20_000).Draw(t, "from")),
			Above: rapid.IntRange(0, 1e6).Draw(t, "above"),
		}
		for k := range terms.Rates {
			terms.Rates[k] = price().Draw(t, "rate")
		}
		return terms
	})
}

func withoutRates(t pricing.Terms) pricing.Terms {
	t.Rates = pricing.Rates{}
	return t
}

func price() *rapid.Generator[pricing.Price] {
	return rapid.Custom(func(t *rapid.T) pricing.Price {
		if !rapid.Bool().Draw(t, "known") {
			return pricing.Price{}
		}
		return pricing.Price{
			PerMillion: request.Money(rapid.Int64Range(0, 1e13).Draw(t, "price")), Known: true,
			Sources: pricing.LettersOf(rapid.StringMatching(`[a-d]{0,3}`).Draw(t, "sources")),
		}
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := rapid.SliceOf(model()).Draw(t, "models")
		table := pricing.NewTable([]pricing.Source{{Letter: 'a', Name: "One", Date: "2026-01-01"}}, models)
		text, err := table.AppendText(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := pricing.Parse(string(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again, _ := back.AppendText(nil); string(again) != string(text) {
			t.Fatalf("written %s\nread and written %s", text, again)
		}
		if diff := cmp.Diff(slices.Collect(table.Models()), slices.Collect(back.Models())); diff != "" {
			t.Fatalf("(-written +read)\n%s\n%s", diff, text)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add("[v]\nfull 200000 64000 stT a usd=3,15,0.075 usd>200000@2026-09-01=6b,- batch= units=search:10,request: end=2026-02-28\nalias = full\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := pricing.Parse(text)
		if err != nil {
			return
		}
		written, _ := table.AppendText(nil)
		if _, err := pricing.Parse(string(written)); err != nil {
			t.Fatalf("%q is written as %q: %v", text, written, err)
		}
		for m := range table.Models() {
			if got, ok := table.Lookup(m.Vendor, m.Name); ok && got.Name == m.Name && !got.Equal(m) {
				t.Fatalf("%+v is found as %+v", m, got)
			}
		}
	})
}

func TestFlags(t *testing.T) {
	for text, want := range map[string]pricing.Flags{
		"?": 0, "-": pricing.Described, "s": pricing.Described | pricing.Streaming, "TvjJ": pricing.Described | pricing.Sampling | pricing.Vision | pricing.JSONMode | pricing.JSONSchema,
	} {
		got, err := pricing.ParseFlags(text)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if back, err := pricing.ParseFlags(got.String()); err != nil || back != want {
			t.Errorf("%q: written as %q and read back as %v, %v", text, got, back, err)
		}
	}
	if _, err := pricing.ParseFlags(""); err == nil {
		t.Error("no flags were taken")
	}
	words := slices.Collect((pricing.Described | pricing.Sampling | pricing.Tools).Words())
	if diff := cmp.Diff([]string{"tools", "sampling"}, words); diff != "" {
		t.Errorf("words (-want +got)\n%s", diff)
	}
	all := 0
	for range (pricing.Described<<1 - 1).Words() {
		all++
	}
	if all != 11 {
		t.Errorf("%d of 11 capabilities have a word", all)
	}
}
