package bulk

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/request"
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
		if k, ok := parseKey(intent.Item); ok {
			j.unknown[k] = m
		} else {
			j.parts = append(j.parts, m.ID)
		}
	}
	if j.cfg.Unknown == Hold {
		return nil
	}
	var all errgroup.Group
	all.SetLimit(atOnce)
	for _, u := range j.cfg.Ledger.Unknown() {
		all.Go(func() error { return u.Resend() })
	}
	if err := all.Wait(); err != nil {
		return fmt.Errorf("bulk: settling what is unknown: %w", err)
	}
	return nil
}

// errUnknown is the failure of such an item under Fail.
var errUnknown error = &request.Error{
	Class: request.ClassUnknown, Code: "unknown_outcome", MaybeBilled: true,
	Message: "it was sent, and the run was ended before an answer came: it may have been paid",
}
