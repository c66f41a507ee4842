package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

// StateSuffix and FailuresSuffix make the names of the files beside an output.
const (
	StateSuffix    = ".state"
	FailuresSuffix = ".failed.jsonl"
)

// State is what is remembered of the work on one output: the answers, what was under way, and the money. It is a SQLite file
// beside the output, and the output only shows what is in it. One program at a time has it.
type State struct {
	output string
	store  store.Store
	index  *index
	about  About // of the last run
}

// Open opens the state of an output, or begins one. It blocks while it reads what is done, some seconds for a million items.
// Its error matches store.ErrInUse if another run works on the output. Close it after the Ledger that writes to its Store.
func Open(ctx context.Context, output string) (*State, error) {
	output = resolve(output)
	if err := checkFolder(output); err != nil {
		return nil, err
	}
	file, err := sqlite.Open(ctx, sqlite.Config{Path: output + StateSuffix})
	if err != nil {
		return nil, fmt.Errorf("bulk: the state of %s: %w", output, err)
	}
	s, err := NewState(ctx, file, output)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return s, nil
}

// resolve follows links, so that two names of one output have one state.
func resolve(output string) string {
	if target, err := filepath.EvalSymlinks(output); err == nil {
		return target
	}
	return output // it is yet to be made
}

// Begun reports that an output has a state.
func Begun(output string) bool {
	_, err := os.Stat(resolve(output) + StateSuffix)
	return err == nil
}

func checkFolder(output string) error {
	folder := filepath.Dir(output)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("bulk: the folder of %s does not exist; create it first", output)
	case err == nil && !info.IsDir():
		return fmt.Errorf("bulk: %s is no folder; give another output than %s", folder, output)
	}
	if info, err := os.Stat(output); err == nil && info.IsDir() {
		return fmt.Errorf("bulk: %s is a folder; name a file in it", output)
	}
	return nil
}

// NewState is Open over a store of the caller's, which Close closes.
func NewState(ctx context.Context, s store.Store, output string) (*State, error) {
	state := &State{output: output, store: s, index: newIndex()}
	for o, err := range s.Keys(ctx) {
		if err != nil {
			return nil, fmt.Errorf("bulk: reading the state of %s: %w", output, err)
		}
		k, part, ok := parseName(o.Item)
		if !ok { // it would be paid for again
			return nil, fmt.Errorf("bulk: the state of %s: %w: it names an item %q, as another version of llmgate does; go on with that, or give another output",
				output, store.ErrCorrupt, o.Item)
		}
		s := statusOf(o.Class)
		if part {
			s |= seen
		}
		state.index.put(k, s, o.Seq)
	}
	return state, recall(ctx, s, aboutKey, &state.about)
}

// claim tells whether the output may be written to.
func (s *State) claim(overwrite bool) error {
	info, err := os.Stat(s.output)
	if err != nil || info.Size() == 0 || overwrite || !s.about.Begun.IsZero() {
		return nil
	}
	return fmt.Errorf("bulk: %s has content, and there is no state of it to go on from; give another name, or allow it to be replaced", s.output)
}

func statusOf(class request.Class) status {
	switch class {
	case "":
		return answered
	case classSuperseded:
		return superseded
	}
	return failed
}

// pending reports a failure that says nothing of the item: it is to be sent when the cause is gone. A budget for each request
// refuses the item for its own sake.
func pending(err error) bool {
	switch request.Classify(err) {
	case request.ClassBudget:
		refusal, ok := errors.AsType[*ledger.BudgetError](err)
		return !ok || refusal.Window != ledger.PerRequest
	case request.ClassCanceled, request.ClassAuth, request.ClassQuota:
		return true
	}
	return false
}

// Store is for the Ledger of the run.
func (s *State) Store() store.Store { return s.store }

// Close closes the state. What is in it stays.
func (s *State) Close() error { return s.store.Close() }

// The keys of what is remembered besides items.
const (
	aboutKey  = "bulk about"
	resultKey = "bulk results"
)

// About says what a state is of.
type About struct {
	// Model answered, Source was read, which has Total items; 0 if that is not known.
	Model  string    `json:"model,omitempty"`
	Source string    `json:"source,omitempty"`
	Total  int       `json:"total,omitempty"`
	Format Format    `json:"format,omitempty"`
	Order  Order     `json:"order,omitempty"`
	Begun  time.Time `json:"begun,omitzero"`
	// Ended is zero while a run works on it, and after one that was killed. Killed says that calls are held which such a run left.
	Ended  time.Time `json:"ended,omitzero"`
	Killed bool      `json:"killed,omitempty"`
}

// wasKilled reports that calls may have been left by a run that did not get to its end.
func (a *About) wasKilled() bool { return a.Killed || !a.Begun.IsZero() && a.Ended.IsZero() }

// checkpoint is how far the file of results was right: up to the outcome Seq, which is 0 in the order of the input, it had so many
// bytes, of that sum, and the file of failures so many.
type checkpoint struct {
	Seq    int64  `json:"seq"`
	Offset int64  `json:"offset"`
	Sum    uint32 `json:"sum"`
	Format Format `json:"format"`

	FailedOffset int64  `json:"failed_offset,omitempty"`
	FailedSum    uint32 `json:"failed_sum,omitempty"`
}

// note is a record that remembers v.
func note(name string, v any) store.Record {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // they are plain structs
	}
	return store.Record{Cache: []store.CacheEntry{{Key: name, Value: text}}}
}

// recall reads what was remembered; v stays as it is if nothing was.
func recall(ctx context.Context, s store.Store, name string, v any) error {
	text, err := s.Cached(ctx, name, time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("bulk: reading the state: %w", err)
	}
	return nil
}
