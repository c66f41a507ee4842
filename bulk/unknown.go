package bulk

import (
	"context"
	"encoding/json"
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
		switch k, part, ok := parseName(intent.Item); {
		case !ok || part:
			j.parts = append(j.parts, m.ID)
		case m.Batch != "":
			j.batches[intent.Item] = &former{batch: m.Batch, at: intent.At, again: m.Again}
		default:
			j.unknown[k] = m
		}
	}
	if err := j.checkBatches(); err != nil {
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
