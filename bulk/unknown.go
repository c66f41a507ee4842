package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// atOnce is how many writes wait for one commit together.
const atOnce = 1024

// settleUnknown says what becomes of the calls that a run before left open, and of the items that they were for.
func (j *Job) settleUnknown(ctx context.Context) error {
	for intent, err := range j.state.store.Intents(ctx) {
		if err != nil {
			return fmt.Errorf("bulk: reading the state: %w", err)
		}
		var m mention
		_ = json.Unmarshal(intent.Body, &m) // without, it has no name
		m.at = intent.At
		switch k, part, ok := parseName(intent.Item); {
		case !ok || part:
			j.parts = append(j.parts, m.ID)
		case m.Batch != "":
			j.batches[intent.Item] = m.former(m.Batch)
		default:
			j.unknown[k] = m
		}
	}
	if err := errors.Join(j.findBatches(ctx), j.checkBatches()); err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(atOnce)
	for _, u := range j.cfg.Ledger.Unknown() {
		name, ofBatch := strings.CutPrefix(u.Item, string(batchMark))
		k, _, _ := parseName(name)
		_, unknown := j.unknown[k]
		switch before := j.batches[name]; {
		case ofBatch && before != nil:
			if older := before.claim; older != nil { // it was sent twice, and may have been billed the first time
				all.Go(func() error { return older.Presume() })
			}
			before.claim = unclaimed{u}
		case ofBatch && !unknown: // it was never submitted
			all.Go(func() error { return u.Release() })
		case j.cfg.Unknown != Hold:
			all.Go(func() error { return u.Resend() })
		}
	}
	for name, before := range j.batches {
		if before.claim == nil {
			return fmt.Errorf("bulk: %w: nothing is reserved for the item %s of batch %s", store.ErrCorrupt, name, before.batch)
		}
	}
	if err := all.Wait(); err != nil {
		return fmt.Errorf("bulk: settling what is unknown: %w", err)
	}
	return nil
}

// findBatches looks for batches that a run before was submitting when it was killed. Their items are not unknown then.
func (j *Job) findBatches(ctx context.Context) error {
	if j.cfg.Batch == nil || j.cfg.Model != j.state.about.Model {
		return nil
	}
	finder, ok := j.cfg.Batch.Client.(request.NamedBatcher)
	if !ok {
		return nil
	}
	found := map[string]string{} // IDs by name, empty if there is none
	for k, m := range j.unknown {
		id, asked := found[m.Name]
		if m.Name != "" && !asked {
			batch, err := finder.FindBatch(ctx, m.Name)
			if err != nil && !mayNotList(err) {
				return fmt.Errorf("bulk: asking for a batch that a run before may have submitted when it was killed: %w; run again once the provider answers", err)
			}
			id = batch.ID
			found[m.Name] = id
		}
		if id != "" {
			j.batches[k.name()] = m.former(id)
			delete(j.unknown, k)
		}
	}
	return nil
}

// mayNotList reports that a provider, or a key of it, has no list of batches: whether there is one stays unknown.
func mayNotList(err error) bool {
	switch request.Classify(err) {
	case request.ClassPermission, request.ClassNotFound, request.ClassInvalid:
		return true
	}
	return false
}

// checkBatches refuses to leave the batches of a former run alone, whose items would be paid twice.
func (j *Job) checkBatches() error {
	switch {
	case len(j.batches) == 0:
		return nil
	case j.cfg.Batch == nil:
		return fmt.Errorf("bulk: %d items of %s are in batches that a run before has submitted; go on via batch", len(j.batches), j.state.output)
	case j.cfg.Model != j.state.about.Model:
		return fmt.Errorf("bulk: %d items of %s are in batches of %s; go on with that model first", len(j.batches), j.state.output, j.state.about.Model)
	}
	return nil
}

// errUnknown is the failure of such an item under Fail.
var errUnknown error = &request.Error{
	Class: request.ClassUnknown, Code: "unknown_outcome", MaybeBilled: true,
	Message: "it was sent, and the run was ended before an answer came: it may have been paid",
}
