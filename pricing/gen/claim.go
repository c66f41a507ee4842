package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// The sources by their letters, in the order in which their word on a capability counts.
const (
	litellm   = 'l'
	modelsDev = 'm'
	genai     = 'g'
	portkey   = 'p'
)

// claim is what one source says of one model. Zero is silence.
type claim struct {
	source byte
	// context bounds prompt and answer together, input the prompt, output the answer.
	context, input, output int
	// yes and no are the capabilities that the source affirms and denies. unlisted are those that it would list if the
	// model had them: a denial where nobody else speaks.
	yes, no, unlisted pricing.Flags
	prices            tariff
	units             map[string]pricing.Price
	end               time.Time
}

// say notes a statement that a source may leave out.
func (c *claim) say(flag pricing.Flags, stated *bool) {
	switch {
	case stated == nil:
	case *stated:
		c.yes |= flag
	default:
		c.no |= flag
	}
}

// tokens reads a limit; some sources write 1e6, or nothing. The last number below a power of two stands for the power:
// 65535 is how some write 65536.
func tokens(n json.Number) int {
	f, err := n.Float64()
	if err != nil || f < 0 || f > 1e9 {
		return 0
	}
	limit := int(f)
	if limit > 1 && limit&(limit+1) == 0 {
		return limit + 1
	}
	return limit
}

// price reads a number of dollars × 10^-shift for a token, or a use, into dollars for a million, without a detour over a
// float. A price of zero is taken for unknown: sources write it for what they don't know.
func price(n json.Number, shift int) pricing.Price {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(n.String()), "e")
	e, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil {
		return pricing.Price{}
	}
	amount, err := request.ParseMoney(mantissa + "e" + strconv.Itoa(e+6-shift))
	if err != nil || amount <= 0 {
		return pricing.Price{}
	}
	return pricing.Price{PerMillion: amount, Known: true}
}
