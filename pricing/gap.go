package pricing

import "fmt"

// gap is why a usage has no price. It is a value, so that finding one does not allocate.
type gap struct {
	why reason
	// name is what has no price: a kind of token, a unit, an offer, a tier.
	name string
}

type reason uint8

const (
	priced reason = iota
	noModel
	noUsage
	noDate
	noTier
	noTerms
	noRate
	noUnit
	badCounts
	negativePrice
	outOfRange
	noAnswerLimit
)

func (g gap) String() string {
	switch g.why {
	case noModel:
		return "the table of models does not have it; add it to a table of your own"
	case noUsage:
		return "nothing is known of the usage"
	case noDate:
		return "prices change with time; give the time of the answer"
	case noTier:
		return fmt.Sprintf("no price for the service tier %q", g.name)
	case noTerms:
		return "no price for " + g.name + " service"
	case noRate:
		return "no price for " + g.name + " tokens"
	case noUnit:
		if g.name == PerRequest {
			return "each request is billed, at a price that depends on more than the usage says"
		}
		return "no price for " + g.name
	case badCounts:
		return "the counts don't add up: one is negative, or a part is more than its whole"
	case negativePrice:
		return "the price for " + g.name + " is negative"
	case outOfRange:
		return "the amount is out of range"
	case noAnswerLimit:
		return "nothing bounds the answer; set MaxTokens"
	}
	return ""
}
