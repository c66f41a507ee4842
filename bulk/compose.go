package bulk

import (
	"context"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// compose makes an answer of several. What stops one of them stops the item.
func (j *Job) compose(ctx context.Context, t *task) (Result, fate) {
	worst, why := sent, error(nil)
	ask := func(ctx context.Context, req request.Request) (*request.Response, error) {
		part := task{part: true, item: &source.Item{ID: t.item.ID, Line: t.item.Line, File: t.item.File, Request: req}}
		var err error
		if part.key, err = keyOf(&source.Item{Request: req}, partOf(j.cfg.Model)); err != nil {
			return nil, err
		}
		r, f := j.asker.ask(ctx, &part)
		if f == left || f == lost {
			j.mu.Lock()
			worst, why = max(worst, f), r.Err
			j.mu.Unlock()
		}
		return r.Response, r.Err
	}
	resp, err := j.cfg.Compose(ctx, t.item, ask)
	j.mu.Lock()
	f, stopped := worst, why
	j.mu.Unlock()
	switch {
	case f == left || f == lost:
		return Result{Item: *t.item, Err: stopped}, f
	case err != nil && ctx.Err() != nil:
		return Result{Item: *t.item, Err: notSent(ctx)}, left
	case pending(err):
		return Result{Item: *t.item, Err: err}, left
	}
	return j.asker.keep(ctx, t, Result{Item: *t.item, Response: resp, Err: err}, sent)
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
