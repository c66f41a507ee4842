package limits

import (
	"context"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// driver carries out what the search plans, in real time, and keeps to the caps.
type driver struct {
	ctx    context.Context
	cfg    Config
	search *search
	start  time.Time
	// sent counts requests, refused those that ran into a limit; spent is what they have cost, those under way at their worst.
	sent, refused int
	spent         request.Money
	// stopped is why nothing more is sent, "" while more is; err is a failure that has nothing to do with limits.
	stopped string
	err     error
}

// answer is how a probe ended.
type answer struct {
	probe
	worst request.Money
	resp  *request.Response
	err   error
}

func newDriver(ctx context.Context, cfg Config) *driver {
	s := &search{atOnce: cfg.AtOnce, maxPrompt: cfg.MaxPrompt, maxAnswer: cfg.MaxAnswer, rest: cfg.Rest, tell: cfg.Progress}
	return &driver{ctx: ctx, cfg: cfg, search: s, start: time.Now()}
}

func (d *driver) now() time.Duration { return time.Since(d.start) }

// run sends a burst and waits until all of it is back. It returns false when nothing more is to be sent.
func (d *driver) run(b *burst) bool {
	answers := make(chan answer)
	for b.flying > 0 || d.stopped == "" && !b.ended() {
		var until time.Duration
		if d.stopped == "" {
			s, later, ok := b.send(d.now())
			if ok {
				d.launch(b, s, answers)
				continue
			}
			until = later
		}
		d.wait(b, until, answers)
	}
	return d.stopped == ""
}

// wait waits for an answer, for a time unless that is zero, or for the end.
func (d *driver) wait(b *burst, until time.Duration, answers <-chan answer) {
	if until > d.cfg.MaxDuration && b.flying == 0 {
		d.stop(fmt.Sprintf("it would take longer than %v, which is the cap", d.cfg.MaxDuration))
		return
	}
	var ring <-chan time.Time
	if until > 0 {
		timer := time.NewTimer(until - d.now())
		defer timer.Stop()
		ring = timer.C
	}
	over := d.ctx.Done()
	if d.stopped != "" {
		over = nil // what is under way ends with the context
	}
	select {
	case a := <-answers:
		d.take(b, &a)
	case <-ring:
	case <-over:
		d.stop("interrupted")
	}
}

func (d *driver) stop(why string) {
	if d.stopped == "" {
		d.stopped = why
	}
}

// launch sends a probe, unless that could go beyond a cap.
func (d *driver) launch(b *burst, s size, answers chan<- answer) {
	req := s.request(d.sent, b.long)
	worst, err := d.cfg.Worst(&req)
	switch {
	case err != nil:
		d.err = fmt.Errorf("nobody knows what a probe costs: %w", err)
		d.stop(d.err.Error())
		return
	case d.spent+worst > d.cfg.MaxCost:
		d.stop(fmt.Sprintf("the next request could go beyond the cap of %v", d.cfg.MaxCost))
		return
	case d.now() > d.cfg.MaxDuration:
		d.stop(fmt.Sprintf("it would take longer than %v, which is the cap", d.cfg.MaxDuration))
		return
	case d.sent >= d.cfg.MaxRequests:
		d.stop(fmt.Sprintf("%d requests were sent, which is the cap", d.sent))
		return
	}
	d.sent++
	d.spent += worst
	a := answer{probe: probe{size: size{reckoned(&req), req.MaxTokens}, sent: d.now()}, worst: worst}
	b.sent(s, a.sent)
	go func() { // run waits for it
		a.resp, a.err = d.cfg.Client.Complete(d.ctx, req)
		a.done = d.now()
		answers <- a
	}()
}

// take draws what a burst must know from an answer. One that tells nothing of limits ends the search.
func (d *driver) take(b *burst, a *answer) {
	if a.err == nil {
		d.answered(a)
		b.back(a.probe)
		return
	}
	e := request.AsError(a.err)
	d.note(&e.Limits)
	if !e.MaybeBilled {
		d.spent -= a.worst
	}
	if e.Class != request.ClassRateLimit && e.Reason != request.ReasonAboveLimit {
		b.lost()
		if d.ctx.Err() == nil && d.err == nil {
			d.err = a.err
			d.stop(a.err.Error())
		}
		return
	}
	d.refused++
	a.retryAfter = e.RetryAfter
	b.back(a.probe)
}

func (d *driver) answered(a *answer) {
	u := &a.resp.Usage
	d.note(&a.resp.Limits)
	if u.Priced {
		d.spent += u.Cost - a.worst
	}
	a.admitted, a.read, a.written = true, a.prompt, a.size.answer
	if u.Reported || u.Estimated {
		a.read, a.written = u.PromptTokens()-u.CacheReadTokens, u.OutputTokens
	}
}

// note keeps what headers state. A response without any takes nothing away.
func (d *driver) note(l *request.Limits) {
	to := &d.search.stated
	for _, one := range []struct{ from, to *request.Limit }{
		{&l.Requests, &to.Requests}, {&l.Tokens, &to.Tokens}, {&l.InputTokens, &to.InputTokens}, {&l.OutputTokens, &to.OutputTokens},
	} {
		if one.from.Stated && one.from.Limit > 0 {
			*one.to = *one.from
		}
	}
}
