package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Prices are all that a model costs.
type Prices struct {
	// Terms are sorted so that the first that applies is the one that holds.
	Terms []Terms
	// Units are the prices of what is billed by use and not by token.
	Units []Unit
}

// Terms say when prices hold.
type Terms struct {
	Offer Offer
	// From is the first day.
	From Day
	// Above is a cliff: once a prompt, with what is read from or written to the cache, has more tokens than that, these
	// prices hold for all tokens of the request.
	Above int
	Rates Rates
}

// Unit is something that is billed by use, such as a web search, by the name that it has in [request.Usage].Units.
type Unit struct {
	Name  string
	Price Price
}

// PerRequest is the name of a unit that every answer uses once.
const PerRequest = "request"

// Offer is a class of service with prices of its own.
type Offer uint8

// The offers.
const (
	Standard Offer = iota
	Batch
	Flex
	Priority
	offers
)

// offerFields name the offers in the table.
var offerFields = [offers]string{"usd", "batch", "flex", "priority"}

var offerNames = [offers]string{"standard", "batch", "flex", "priority"}

// String is the offer's name.
func (o Offer) String() string { return offerNames[o] }

// tiers are the names that providers give to their classes of service. Any other, such as capacity that was paid for
// beforehand, has no price here.
var tiers = [...]struct {
	name  string
	offer Offer
}{
	{"", Standard},
	{"default", Standard},
	{"standard", Standard},
	{"auto", Standard},
	{"on_demand", Standard},
	{"standard_only", Standard},
	{"batch", Batch},
	{"flex", Flex},
	{"on_demand_flex", Flex},
	{"priority", Priority},
	{"on_demand_priority", Priority},
}

// Service says how a request was served.
type Service struct {
	// At is when. Prices change at midnight UTC. Required for prices: nothing here reads a clock.
	At time.Time
	// Tier is the provider's name of the class of service, as in [request.Response].ServiceTier; empty is the standard one.
	Tier string
	// Batch: it was a request of a batch.
	Batch bool
}

func (s *Service) offer() (Offer, bool) {
	if s.Batch {
		return Batch, true
	}
	for i := range tiers {
		if strings.EqualFold(tiers[i].name, s.Tier) {
			return tiers[i].offer, true
		}
	}
	return 0, false
}

// Day counts the days since the beginning of 1970, UTC. Zero stands for "since ever".
type Day int32

// DayOf is the day of a time.
func DayOf(t time.Time) Day {
	const seconds = 24 * 60 * 60
	return Day(t.Unix() / seconds)
}

// String is the day as 2006-01-02.
func (d Day) String() string {
	return time.Unix(0, 0).UTC().AddDate(0, 0, int(d)).Format(time.DateOnly)
}

func parseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || DayOf(t) <= 0 {
		return 0, fmt.Errorf("date %q: write a day like 2026-01-31", s)
	}
	return DayOf(t), nil
}

// CompareTerms is the order of [Prices].Terms: what begins later and what holds above more tokens comes first.
func CompareTerms(a, b Terms) int {
	return cmp.Or(cmp.Compare(a.Offer, b.Offer), cmp.Compare(b.From, a.From), cmp.Compare(b.Above, a.Above))
}

// At returns the terms that hold for a prompt on a day, nil if there are none.
func (p *Prices) At(o Offer, day Day, prompt int) *Terms {
	for i := range p.Terms {
		t := &p.Terms[i]
		if t.Offer == o && t.From <= day && (t.Above == 0 || prompt > t.Above) {
			return t
		}
	}
	return nil
}

// Listed are the standard prices of a short prompt on a day, for display.
func (p *Prices) Listed(day Day) Rates {
	if t := p.At(Standard, day, 0); t != nil {
		return t.Rates
	}
	return Rates{}
}

// Equal reports whether all prices are the same, whoever states them.
func (p Prices) Equal(q Prices) bool {
	return slices.EqualFunc(p.Terms, q.Terms, func(a, b Terms) bool {
		return a.Offer == b.Offer && a.From == b.From && a.Above == b.Above && a.Rates.equal(&b.Rates)
	}) && slices.EqualFunc(p.Units, q.Units, func(a, b Unit) bool { return a.Name == b.Name && a.Price.equal(b.Price) })
}

func (r *Rates) equal(s *Rates) bool {
	for k := range r {
		if !r[k].equal(s[k]) {
			return false
		}
	}
	return true
}

func (p Price) equal(q Price) bool { return p.Known == q.Known && p.PerMillion == q.PerMillion }
