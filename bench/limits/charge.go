package limits

import "math"

// Charge is what of a request counts against a limit.
type Charge string

// The charges. The estimate of a prompt is a quarter of its characters.
const (
	// PerRequest counts requests, PerTry those that are refused, too.
	PerRequest Charge = "requests"
	PerTry     Charge = "requests, refused ones too"
	// Sum and Max count the estimate of the prompt and max_tokens, whatever is used.
	Sum Charge = "estimate + max_tokens"
	Max Charge = "max(estimate, max_tokens)"
	// Actual takes Sum and gives back what was not used, Prompt and Answer count one of the two.
	Actual Charge = "prompt + answer"
	Prompt Charge = "prompt"
	Answer Charge = "answer"
)

// cost is what a probe takes of a limit: what must be left of it, what may be taken while the probe is under way, and what is
// in the end. An answer counts when it is written, so that it may run into debt.
type cost struct {
	need, held, used float64
	debt             float64 // what is taken beyond what must be left
}

// of is the cost of a probe.
func (c Charge) of(p *probe) cost {
	estimate, bound := float64(p.prompt), float64(p.answer)
	var k cost
	switch c {
	case PerRequest:
		return taken(1, 1, p.admitted)
	case PerTry:
		if !p.admitted {
			return cost{need: 1, held: 1, used: 1, debt: 1}
		}
		return taken(1, 1, true)
	case Sum:
		return taken(estimate+bound, estimate+bound, p.admitted)
	case Max:
		k.need = math.Max(estimate, bound)
		return taken(k.need, k.need, p.admitted)
	case Actual:
		return taken(estimate+bound, float64(p.read+p.written), p.admitted)
	case Prompt:
		return taken(estimate, float64(p.read), p.admitted)
	case Answer:
		k = taken(1, float64(p.written), p.admitted)
		k.held = k.used
	}
	return k
}

// taken is the cost of something that a refusal takes nothing of.
func taken(need, used float64, admitted bool) cost {
	if !admitted {
		return cost{need: need}
	}
	return cost{need, math.Max(need, used), used, math.Max(0, used-need)}
}
