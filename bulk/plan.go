package bulk

import (
	"errors"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// PlanConfig says what is to be planned. Items and At are required.
type PlanConfig struct {
	Items iter.Seq2[source.Item, error]
	// Parts, if set, are the requests that an item's answer is made of, at most. Of what asks the same one is planned. What an item
	// that is not done remembers of them is not left out.
	Parts func(*source.Item) ([]request.Request, error)
	// Provider and Model are to answer, by the table's names; a Model of an item counts where this one is empty.
	Provider string
	Model    string
	// Prices is the table; nil is the one that is part of the program. Prices hold at the time At.
	Prices *pricing.Table
	At     time.Time
	// Capabilities are those of the model. Limits are the rates that are known, for the time that the items take.
	Capabilities request.Capabilities
	Limits       lane.Limits
	// State, if set, is of the output: what is done there already is not planned. As is JobConfig.Model.
	State *State
	As    string
}

// Plan is what a run would do.
type Plan struct {
	// Items are all; Wrong of them are no requests (Fault is the first one's), Done have an outcome already, Duplicates are the same
	// as another, and ToSend are left to be paid for, by so many Requests.
	Items      int `json:"items"`
	Wrong      int `json:"wrong"`
	Done       int `json:"done"`
	Duplicates int `json:"duplicates"`
	ToSend     int `json:"to_send"`
	Requests   int `json:"requests"`
	// PromptTokens are estimated from the texts, AnswerTokens are the most that the answers can have. Unset requests set no
	// max_tokens and are taken to be answered at the model's greatest length, LongestAnswer; of Endless requests that is not known.
	PromptTokens  int64  `json:"prompt_tokens"`
	AnswerTokens  int64  `json:"answer_tokens"`
	Unset         int    `json:"unset,omitempty"`
	LongestAnswer int    `json:"longest_answer,omitempty"`
	Endless       int    `json:"endless,omitempty"`
	Fault         string `json:"fault,omitempty"`
	// Expected is the cost with answers of the greatest length, Worst what is not exceeded, but by Unbounded requests; Batch and
	// BatchWorst are the same at the price of the provider's batch API. Unpriced requests are in none of them; Why says what is the
	// matter with the first.
	Expected   request.Money `json:"expected_usd"`
	Worst      request.Money `json:"worst_usd"`
	Batch      request.Money `json:"batch_usd"`
	BatchWorst request.Money `json:"batch_worst_usd"`
	Unpriced   int           `json:"unpriced,omitempty"`
	Unbounded  int           `json:"unbounded,omitempty"`
	// Unbatched requests have no price for the batch API.
	Unbatched int    `json:"unbatched,omitempty"`
	Why       string `json:"why,omitempty"`
	// TooLong are requests whose prompt does not fit into the model's context with the answer that it asks for; TooLongIDs are the
	// first of them. Lacking counts what items need and the model lacks, by the words for it.
	TooLong    int            `json:"too_long,omitempty"`
	TooLongIDs []string       `json:"too_long_ids,omitempty"`
	Lacking    map[string]int `json:"lacking,omitempty"`
	// Time is how long the known limits make the items take, without regard to how fast answers come; 0 if no limit is known.
	Time time.Duration `json:"time_ns,omitempty"`
}

// maxTooLong bounds TooLongIDs.
const maxTooLong = 20

// NewPlan reads the items and tells what they would come to. It sends nothing, and blocks as long as reading takes. Its error is
// the source's; the plan is then of what was read.
func NewPlan(cfg PlanConfig) (*Plan, error) {
	if cfg.Prices == nil {
		cfg.Prices = pricing.Builtin()
	}
	p := &Plan{Lacking: map[string]int{}}
	before, done := newIndex(), newIndex()
	if cfg.State != nil {
		done = cfg.State.index
	}
	for item, err := range cfg.Items {
		if err != nil {
			return p, err
		}
		p.Items++
		p.add(&cfg, before, done, &item)
	}
	p.Time = p.time(&cfg.Limits)
	return p, nil
}

func (p *Plan) add(cfg *PlanConfig, before, done *index, item *source.Item) {
	k, err := keyOf(item, cfg.As)
	if item.Err != nil {
		err = item.Err
	}
	if err != nil {
		p.refuse(err)
		return
	}
	if s, _ := done.get(k); s != 0 {
		p.Done++
		return
	}
	if cfg.Parts != nil {
		p.compose(cfg, before, item)
		return
	}
	twin := before.has(&k.content)
	before.put(k, seen, 0)
	if _, _, answered := done.twin(k); twin || answered {
		p.Duplicates++
		return
	}
	p.ToSend++
	p.send(cfg, item.ID, &item.Request)
}

func (p *Plan) refuse(err error) {
	if p.Wrong++; p.Fault == "" {
		p.Fault = err.Error()
	}
}

// compose plans an item whose answer is made of several.
func (p *Plan) compose(cfg *PlanConfig, before *index, item *source.Item) {
	parts, err := cfg.Parts(item)
	if err != nil {
		p.refuse(err)
		return
	}
	p.ToSend++
	for i := range parts {
		k, err := keyOf(&source.Item{Request: parts[i]}, partOf(cfg.As))
		if err != nil || before.has(&k.content) {
			continue
		}
		before.put(k, seen, 0)
		p.send(cfg, item.ID, &parts[i])
	}
}

// send plans a request that is to be paid for.
func (p *Plan) send(cfg *PlanConfig, id string, req *request.Request) {
	p.Requests++
	prompt := tokens.Request(req)
	answer := req.MaxTokens
	if answer == 0 {
		p.Unset++
		answer = cfg.Capabilities.MaxOutputTokens
		p.LongestAnswer = answer
	}
	if answer == 0 {
		p.Endless++
	}
	p.PromptTokens += int64(prompt)
	p.AnswerTokens += int64(answer)
	p.price(cfg, req, prompt)
	if context := cfg.Capabilities.ContextTokens; context > 0 && prompt+req.MaxTokens > context {
		if p.TooLong++; len(p.TooLongIDs) < maxTooLong {
			p.TooLongIDs = append(p.TooLongIDs, id)
		}
	}
	if faults, ok := errors.AsType[request.Faults](cfg.Capabilities.Check(req)); ok {
		for _, f := range faults {
			p.Lacking[f.Problem]++
		}
	}
}

func (p *Plan) price(cfg *PlanConfig, req *request.Request, prompt int) {
	model := cfg.Model
	if model == "" {
		model = req.Model
	}
	count := request.TokenCount{Tokens: prompt, Estimated: true}
	q := cfg.Prices.Estimate(cfg.Provider, model, req, count, pricing.Service{At: cfg.At})
	if !q.Priced {
		if p.Unpriced++; p.Why == "" {
			p.Why = q.Why
		}
		return
	}
	p.Expected += q.Expected
	p.Worst += q.Worst
	if !q.Bounded {
		p.Unbounded++
	}
	if b := cfg.Prices.Estimate(cfg.Provider, model, req, count, pricing.Service{At: cfg.At, Batch: true}); b.Priced {
		p.Batch += b.Expected
		p.BatchWorst += b.Worst
	} else {
		p.Unbatched++
	}
}

// time is that of the limit that takes the longest.
func (p *Plan) time(l *lane.Limits) (longest time.Duration) {
	for _, limit := range []struct {
		amount, rate int64
		per          time.Duration
	}{
		{int64(p.Requests), int64(l.RPM), time.Minute}, {int64(p.Requests), int64(l.RPD), 24 * time.Hour},
		{p.PromptTokens + p.AnswerTokens, int64(l.TPM), time.Minute}, {p.PromptTokens + p.AnswerTokens, int64(l.TPD), 24 * time.Hour},
		{p.PromptTokens, int64(l.ITPM), time.Minute}, {p.AnswerTokens, int64(l.OTPM), time.Minute},
	} {
		if limit.rate > 0 {
			longest = max(longest, time.Duration(float64(limit.amount)/float64(limit.rate)*float64(limit.per)))
		}
	}
	return longest
}
