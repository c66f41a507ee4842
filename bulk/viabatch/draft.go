package viabatch

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// draft is a batch being filled.
type draft struct {
	items []*entry
	ids   map[string]bool
	bytes int
}

// take puts an item into a draft, unless an attached batch has it.
func (r *run) take(item request.BatchItem) {
	if e := r.attached[item.ID]; e != nil {
		delete(r.attached, item.ID)
		if e.done {
			return
		}
		e.BatchItem, e.unknown = item, false
		if why := e.lost; why != nil {
			e.lost = nil
			r.lose(e, why, true)
		}
		return
	}
	r.add(&entry{BatchItem: item})
}

// retry sends an item a second time.
func (r *run) retry(e *entry) {
	e.again = true
	r.add(e)
}

// add puts an item into a draft, or refuses it.
func (r *run) add(e *entry) {
	size, err := r.Client.BatchItemSize(e.BatchItem)
	if most := r.Limits.Bytes; err == nil && most > 0 && size > most {
		err = invalid(fmt.Sprintf("the item takes %d bytes of a batch, which may have %d; send it by itself", size, most))
	}
	e.size = size
	model := ""
	if r.Limits.OneModel {
		model = e.Request.Model
	}
	d := r.drafts[model]
	if d != nil && d.ids[e.ID] {
		err = invalid("another item has the same ID; give each its own")
	}
	if err != nil {
		r.emit(request.BatchResult{ID: e.ID, Err: err})
		return
	}
	if d == nil || !r.fits(d, e) {
		r.launch(model)
		d = &draft{ids: map[string]bool{}}
		r.drafts[model] = d
	}
	d.items, d.bytes, d.ids[e.ID] = append(d.items, e), d.bytes+size, true
	if len(d.items) == r.Limits.Items {
		r.launch(model)
	}
}

func (r *run) fits(d *draft, e *entry) bool {
	return r.Limits.Bytes == 0 || d.bytes+e.size <= r.Limits.Bytes
}

// launch makes a draft ready, if there is one.
func (r *run) launch(model string) {
	if d := r.drafts[model]; d != nil {
		r.ready = append(r.ready, d)
		delete(r.drafts, model)
	}
}

// flush makes all drafts ready.
func (r *run) flush() {
	for model := range r.drafts {
		r.launch(model)
	}
}

// submit hands the first draft that is ready over.
func (r *run) submit() {
	d := r.ready[0]
	items, sent := make([]request.BatchItem, len(d.items)), Submitted{Items: make([]string, len(d.items))}
	for i, e := range d.items {
		items[i], sent.Items[i] = e.BatchItem, e.ID
		if e.again {
			sent.Again = append(sent.Again, e.ID)
		}
	}
	batch, err := r.Client.SubmitBatch(r.ctx, items)
	if err != nil {
		r.unsubmitted(d, err)
		return
	}
	r.ready, r.refused = slices.Delete(r.ready, 0, 1), 0
	if r.OnSubmitted != nil {
		sent.ID, sent.Warnings = batch.ID, batch.Warnings
		if err := r.OnSubmitted(sent); err != nil {
			r.fail(fmt.Errorf("batch %s was submitted, but not recorded: %w", batch.ID, err))
			return
		}
	}
	r.depart(batch.ID, d.items)
}

// unsubmitted decides about a batch that was not taken. One that may be there all the same is not sent again.
func (r *run) unsubmitted(d *draft, err error) {
	r.refused++
	wait, again := r.pause(err, r.refused)
	e, ok := asError(err)
	switch {
	case r.ctx.Err() != nil, concernsAll(err), passes(err) && !again:
		r.fail(err)
	case again && ok && !e.MaybeBilled:
		r.submitAt = time.Now().Add(wait)
	default:
		r.ready = slices.Delete(r.ready, 0, 1)
		for _, e := range d.items {
			r.emit(request.BatchResult{ID: e.ID, Err: err})
		}
	}
}

func invalid(message string) error {
	return &request.Error{Class: request.ClassInvalid, Message: message}
}

func asError(err error) (*request.Error, bool) { return errors.AsType[*request.Error](err) }
