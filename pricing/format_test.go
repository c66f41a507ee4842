package pricing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func TestParseReadsEveryField(t *testing.T) {
	table := parse(t, `
# a remark
[sources]
a One 2026-01-01
[v]
full 200000 64000 stT a usd=3,15,0.075 end=2026-02-28
some 1 0 - a usd=,0.5
none 0 0 ? a
`)
	known := func(m request.Money) pricing.Price { return pricing.Price{PerMillion: m, Known: true} }
	want := []pricing.Model{
		{
			Vendor: "v", Name: "full", ContextTokens: 200_000, MaxOutputTokens: 64_000, Sources: "a",
			Flags:      pricing.Described | pricing.Streaming | pricing.Tools | pricing.Sampling,
			Prices:     pricing.Prices{Input: known(3 * request.Dollar), Output: known(15 * request.Dollar), CacheRead: known(75_000_000)},
			Deprecated: time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC),
		},
		{Vendor: "v", Name: "none", Sources: "a"},
		{Vendor: "v", Name: "some", ContextTokens: 1, Flags: pricing.Described, Sources: "a", Prices: pricing.Prices{Output: known(50 * request.Cent)}},
	}
	if diff := cmp.Diff(want, slices.Collect(table.Models())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]pricing.Source{{Letter: 'a', Name: "One", Date: "2026-01-01"}}, table.Sources()); diff != "" {
		t.Errorf("sources (-want +got)\n%s", diff)
	}
}

func TestParseReportsEveryFaultWithItsLine(t *testing.T) {
	_, err := pricing.Parse("early 1 1 s a\n[v]\nshort 1 1\nbad -1 x q a usd=1,two end=soon x=1\n[\n[sources]\nlong One 2026\n")
	if err == nil {
		t.Fatal("parsed")
	}
	for _, want := range []string{
		"line 1: an entry before the first [section]",
		"line 3: model short: want NAME CONTEXT OUTPUT FLAGS SOURCES",
		`line 4: model bad: limit "-1" is not a number of tokens`, `limit "x"`, `flag 'q' in "q" is none of stpjJvdarcT`, `amount "two"`, `"soon"`, `field "x" is unknown`,
		`line 5: "[" is not a [section]`,
		`line 7: source "long One 2026": want LETTER NAME DATE`,
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
		name := rapid.StringMatching(`[a-zA-Z@][a-z0-9.:/@_-]{0,20}`)
		price := rapid.Custom(func(t *rapid.T) pricing.Price {
			if !rapid.Bool().Draw(t, "known") {
				return pricing.Price{}
			}
			return pricing.Price{PerMillion: request.Money(rapid.Int64Range(0, 1e13).Draw(t, "price")), Known: true}
		})
		m := pricing.Model{
			Vendor: rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "vendor"), Name: name.Draw(t, "name"),
			ContextTokens: rapid.IntRange(0, 1e9).Draw(t, "context"), MaxOutputTokens: rapid.IntRange(0, 1e9).Draw(t, "output"),
			Flags:   pricing.Flags(rapid.Uint16Range(0, uint16(pricing.Described)-1).Draw(t, "flags")) | pricing.Described,
			Prices:  pricing.Prices{Input: price.Draw(t, "input"), Output: price.Draw(t, "output"), CacheRead: price.Draw(t, "cache")},
			Sources: rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "sources"),
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
		if diff := cmp.Diff(slices.Collect(table.Models()), slices.Collect(back.Models())); diff != "" {
			t.Fatalf("(-written +read)\n%s\n%s", diff, text)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add("[v]\nfull 200000 64000 stT a usd=3,15,0.075 end=2026-02-28\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := pricing.Parse(text)
		if err != nil {
			return
		}
		for m := range table.Models() {
			if got, ok := table.Lookup(m.Vendor, m.Name); ok && got.Name == m.Name && got != m {
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
