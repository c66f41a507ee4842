package bulk

import (
	"context"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// compose makes an answer of several. What stops one of them stops the item.
func (j *Job) compose(ctx context.Context, t *task) fate {
	item := t.item()
	worst, why := sent, error(nil)
	ask := func(ctx context.Context, req request.Request) (*request.Response, error) {
		part := task{part: true, result: &Result{Item: source.Item{ID: item.ID, Line: item.Line, File: item.File, Request: req}}}
		var err error
		if part.key, err = keyOf(&source.Item{Request: req}, partOf(j.cfg.Model)); err != nil {
			return nil, err
		}
		f := j.asker.ask(ctx, &part)
		r := part.result
		if f == left || f == lost {
			j.mu.Lock()
			worst, why = max(worst, f), r.Err
			j.mu.Unlock()
		}
		return r.Response, r.Err
	}
	resp, err := j.cfg.Compose(ctx, item, ask)
	j.mu.Lock()
	f, stopped := worst, why
	j.mu.Unlock()
	switch {
	case f == left || f == lost:
		t.result.Err = stopped
		return f
	case err != nil && ctx.Err() != nil:
		t.result.Err = notSent(ctx)
		return left
	case pending(err):
		t.result.Err = err
		return left
	}
	t.result.Response, t.result.Err = resp, err
	return j.asker.keep(ctx, t, sent)
}

// revive makes an outcome count again whose item has come back into the input. It reports false if the item is to be asked.
func (j *Job) revive(ctx context.Context, r *Result, t *task) bool {
	var old Result
	o, err := j.state.store.Outcome(ctx, r.seq)
	if err == nil {
		old, err = resultOf(&o)
	}
	if err != nil {
		r.Err, r.fate = err, lost
		j.drain(err)
		return true
	}
	if old.Err != nil && j.cfg.RetryFailed {
		return false
	}
	o.Class, o.Place = request.Classify(old.Err), &r.seq
	if err := j.cfg.Ledger.Write(context.WithoutCancel(ctx), store.Record{Outcomes: []store.Outcome{o}}); err != nil {
		r.Err, r.fate = err, lost
		j.drain(err)
		return true
	}
	j.asker.ended(t, statusOf(o.Class), r.seq)
	r.fate = before
	j.count.before(old.Err != nil)
	return true
}
