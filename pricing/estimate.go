package pricing

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Quote is what a request will cost, told before it is sent.
type Quote struct {
	// Expected is the cost at the expected size of the prompt, nothing of it cached, and an answer of the greatest length.
	Expected request.Money
	// Worst is not exceeded if Bounded is true: by whatever of the prompt is cached or sound or an image, by whatever
	// of the answer is reasoning, and by any prices that hold from now on for a day.
	Worst request.Money
	// Priced is false if nothing can be said. Bounded is false if the request may cost more than Worst: it has extra fields that
	// may bring several answers or tools that are billed by use, or a prompt of unknown size. Why says what is the matter.
	Priced  bool
	Bounded bool
	Why     string
}

// Bound is Worst. Its error says why nothing can be said, or why the request may cost more: Worst is given then, too.
func (q Quote) Bound() (request.Money, error) {
	switch {
	case !q.Priced:
		return 0, errors.New(q.Why)
	case !q.Bounded:
		return q.Worst, fmt.Errorf("it may cost more than %v: %s (AllowUnbounded lets it pass)", q.Worst, q.Why)
	}
	return q.Worst, nil
}

// Estimate bounds the cost of a request before it is sent. The prompt is counted by the caller. A count that is marked as
// estimated is taken for the expected size; the worst is then a token for each byte of text, or the model's context where the
// prompt is not only text. Any other count is taken at its word. The answer is bounded by MaxTokens, else by the model's limit.
// The service's tier is the request's where it is empty; tier "auto" may be any.
func (m *Model) Estimate(r *request.Request, prompt request.TokenCount, s Service) Quote {
	return m.estimate(m.Vendor, r, prompt, s)
}

// Estimate is [Model.Estimate] of a model by any of its names. The vendor is the one that is asked, whoever made the model.
func (t *Table) Estimate(vendor, model string, r *request.Request, prompt request.TokenCount, s Service) Quote {
	if m := t.model(vendor, model); m != nil {
		return m.estimate(vendor, r, prompt, s)
	}
	return Quote{Why: fmt.Sprintf("%s/%s: %v", vendor, model, gap{why: noModel})}
}

func (m *Model) estimate(vendor string, r *request.Request, prompt request.TokenCount, s Service) Quote {
	if s.Tier == "" {
		s.Tier = r.ServiceTier
	}
	e := estimate{vendor: vendor, model: m, request: r, service: s, prompt: prompt.Tokens, mostPrompt: prompt.Tokens, content: contentOf(r)}
	return e.quote(prompt.Estimated)
}

type estimate struct {
	vendor             string
	model              *Model
	request            *request.Request
	service            Service
	prompt, mostPrompt int
	answer             int
	content            content
}

func (e *estimate) quote(guessed bool) (q Quote) {
	if e.answer = e.mostAnswer(); e.answer == 0 {
		return e.unpriced(gap{why: noAnswerLimit})
	}
	q.Bounded = true
	if guessed {
		e.mostPrompt, q.Bounded = e.boundPrompt()
		q.Why = "the size of the prompt is a guess and has no bound; count it"
	}
	if len(e.request.Extra[e.vendor]) > 0 {
		q.Bounded, q.Why = false, "the request has extra fields, which may ask for what is billed besides"
	}
	if q.Bounded {
		q.Why = ""
	}
	var why gap
	if q.Expected, why = e.expected(); why.why != priced {
		return e.unpriced(why)
	}
	if q.Worst, why = e.worst(); why.why != priced {
		return e.unpriced(why)
	}
	q.Worst = max(q.Worst, q.Expected)
	q.Priced = true
	return q
}

func (e *estimate) unpriced(why gap) Quote {
	return Quote{Why: fmt.Sprintf("%s/%s: %v", e.model.Vendor, e.model.Name, why)}
}

func (e *estimate) mostAnswer() int {
	switch {
	case e.request.MaxTokens > 0:
		return e.request.MaxTokens
	case e.model.MaxOutputTokens > 0:
		return e.model.MaxOutputTokens
	}
	return e.model.ContextTokens
}

// boundPrompt is the most that a prompt of guessed size can have: a token is at least a byte of text.
func (e *estimate) boundPrompt() (tokens int, bounded bool) {
	if e.content.onlyText {
		return max(e.prompt, e.content.bytes), true
	}
	limit := e.model.ContextTokens
	return max(e.prompt, limit), limit > 0
}

func (e *estimate) expected() (request.Money, gap) {
	u := request.Usage{InputTokens: e.prompt, OutputTokens: e.answer, Estimated: true}
	return e.model.price(&u, e.service, nil)
}

// worst is the dearest of all terms that may come to hold for the request: a prompt may turn out smaller than the most, the
// answer may come after midnight, and of tier "auto" the provider chooses.
func (e *estimate) worst() (worst request.Money, why gap) {
	offer, _ := e.service.offer() // which expected has found to be one
	today := DayOf(e.service.At)
	for i := range e.model.Prices.Terms {
		t := &e.model.Prices.Terms[i]
		mayHold := t.From <= DayOf(e.service.At.Add(24*time.Hour)) && !e.over(t, today) && t.Above < max(e.mostPrompt, 1)
		if !mayHold || t.Offer != offer && (e.service.Tier != "auto" || t.Offer == Batch) {
			continue
		}
		cost, gap := e.most(t)
		if gap.why != priced {
			return 0, gap
		}
		worst = max(worst, cost)
	}
	return worst, gap{}
}

// over: other terms have taken the place of these.
func (e *estimate) over(t *Terms, today Day) bool {
	holds := e.model.Prices.At(t.Offer, today, t.Above+1)
	return holds != nil && holds.From > t.From
}

// most is the cost under some terms if every token is of the dearest kind that it may be.
func (e *estimate) most(t *Terms) (request.Money, gap) {
	dearest := Rates{Input: t.Rates[Input], Output: t.Rates[Output]}
	raise := func(to Kind, others ...Kind) {
		for _, k := range others {
			if p := t.Rates[k]; p.Known && p.PerMillion > dearest[to].PerMillion {
				dearest[to] = p
			}
		}
	}
	raise(Input, CacheRead, CacheWrite5m)
	if e.content.cachedLong {
		raise(Input, CacheWrite1h)
	}
	if e.content.audio {
		raise(Input, AudioInput)
	}
	if e.content.images {
		raise(Input, ImageInput)
	}
	raise(Output, ReasoningOutput, AudioOutput, ImageOutput)
	all := tally{prices: &e.model.Prices, rates: dearest}
	u := request.Usage{InputTokens: e.mostPrompt, OutputTokens: e.answer}
	all.tokens(&u)
	all.units(&u)
	return all.money()
}
