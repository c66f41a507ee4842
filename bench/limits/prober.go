package limits

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// halt ends the search before its time: a cap, or the caller.
type halt struct{ why string }

func (h *halt) Error() string { return h.why }

// ask is the size of a probe in tokens: of its prompt, and that which bounds the answer.
type ask struct{ input, output int }

// tally is what a burst came to.
type tally struct {
	admitted, refused int
	// reported and output are tokens as the provider counted them, reckoned what it would reserve for the same: a quarter of the
	// characters, and the bound on the answer.
	reported, output, reckoned int
	began, ended               time.Time
}

// prober sends probes and keeps to the caps.
type prober struct {
	ctx   context.Context
	cfg   Config
	start time.Time
	serial,
	refused int
	// spent is what the probes have cost, those in flight at their worst.
	spent request.Money
	// stated are the limits that headers told last.
	stated request.Limits
}

func newProber(ctx context.Context, cfg Config) *prober {
	return &prober{ctx: ctx, cfg: cfg, start: time.Now()}
}

// word is a token for most tokenizers and a quarter of its characters for those who reckon without one, so that both agree.
const word = "cat "

// request makes a probe. It begins with a number of its own, so that no prompt cache knows it.
func (p *prober) request(size ask) request.Request {
	text := fmt.Sprintf("%03x ", p.serial%0x1000)
	if size.output > 1 {
		text += "Count upwards from one, in words, and do not stop. "
	}
	if missing := size.input - len(text)/len(word); missing > 0 {
		text += strings.Repeat(word, missing)
	}
	text = strings.TrimSpace(text)
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}, MaxTokens: max(1, size.output)}
}

// burst sends probes, more and more at a time, until one is refused or so many have been admitted.
func (p *prober) burst(size ask, most, atOnce int) (tally, error) {
	sum := tally{began: time.Now()}
	for n := 1; sum.refused == 0 && sum.admitted < most; n = min(2*n, atOnce) {
		wave, err := p.wave(size, min(n, most-sum.admitted))
		sum.add(&wave)
		if err != nil {
			return sum, err
		}
	}
	sum.ended = time.Now()
	return sum, nil
}

func (t *tally) add(o *tally) {
	t.admitted += o.admitted
	t.refused += o.refused
	t.reported += o.reported
	t.output += o.output
	t.reckoned += o.reckoned
}

// wave sends n probes at once and waits for all.
func (p *prober) wave(size ask, n int) (sum tally, err error) {
	reqs := make([]request.Request, n)
	worst := make([]request.Money, n)
	for i := range reqs {
		if reqs[i], worst[i], err = p.reserve(size); err != nil {
			reqs = reqs[:i]
			break
		}
	}
	type answer struct {
		resp *request.Response
		err  error
	}
	answers := make([]answer, len(reqs))
	var flights sync.WaitGroup
	for i := range reqs {
		flights.Go(func() { answers[i].resp, answers[i].err = p.cfg.Client.Complete(p.ctx, reqs[i]) })
	}
	flights.Wait()
	for i, a := range answers {
		if fault := p.count(&sum, &reqs[i], a.resp, a.err, worst[i]); fault != nil {
			err = fault
		}
	}
	return sum, err
}

// reserve makes a probe and holds the most that it can cost, or says which cap is reached.
func (p *prober) reserve(size ask) (request.Request, request.Money, error) {
	req := p.request(size)
	worst, err := p.cfg.Worst(&req)
	switch {
	case err != nil:
		return req, 0, fmt.Errorf("nobody knows what a probe costs: %w", err)
	case p.spent+worst > p.cfg.MaxCost:
		return req, 0, &halt{fmt.Sprintf("the next request could go beyond the cap of %v", p.cfg.MaxCost)}
	case p.serial >= p.cfg.MaxRequests:
		return req, 0, &halt{fmt.Sprintf("%d requests were sent, which is the cap", p.serial)}
	}
	p.serial++
	p.spent += worst
	return req, worst, p.stopped()
}

// count adds up how a probe ended. An error is a failure that tells nothing of limits.
func (p *prober) count(sum *tally, req *request.Request, resp *request.Response, err error, worst request.Money) error {
	if err != nil {
		e := request.AsError(err)
		p.note(&e.Limits)
		if !e.MaybeBilled {
			p.spent -= worst
		}
		switch {
		case e.Class == request.ClassRateLimit || e.Reason == request.ReasonAboveLimit:
			sum.refused++
			p.refused++
			return nil
		case p.ctx.Err() != nil:
			return p.stopped()
		}
		return err
	}
	p.note(&resp.Limits)
	if resp.Usage.Priced {
		p.spent += resp.Usage.Cost - worst
	}
	sum.admitted++
	sum.reported += resp.Usage.PromptTokens()
	sum.output += resp.Usage.OutputTokens
	sum.reckoned += (len(req.Messages[0].Content)+3)/4 + req.MaxTokens
	return nil
}

// note keeps what headers state. A response without any takes nothing away.
func (p *prober) note(l *request.Limits) {
	for _, one := range []struct{ from, to *request.Limit }{
		{&l.Requests, &p.stated.Requests}, {&l.Tokens, &p.stated.Tokens},
		{&l.InputTokens, &p.stated.InputTokens}, {&l.OutputTokens, &p.stated.OutputTokens},
	} {
		if one.from.Stated && one.from.Limit > 0 {
			*one.to = *one.from
		}
	}
}

func (p *prober) stopped() error {
	if p.ctx.Err() != nil {
		return &halt{"interrupted"}
	}
	return nil
}

// wait lets time pass, as far as the cap on it allows.
func (p *prober) wait(d time.Duration) error {
	if time.Since(p.start)+d > p.cfg.MaxDuration {
		return &halt{fmt.Sprintf("it would take longer than %v, which is the cap", p.cfg.MaxDuration)}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.ctx.Done():
		return p.stopped()
	}
}
