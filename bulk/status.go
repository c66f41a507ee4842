package bulk

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

// Status is what a state holds.
type Status struct {
	About
	// Answered and Failed have an outcome; Superseded are those that the input has no items for any more.
	Answered   int                   `json:"answered"`
	Failed     int                   `json:"failed"`
	Superseded int                   `json:"superseded,omitempty"`
	Classes    map[request.Class]int `json:"classes,omitempty"`
	// InFlight are sent and have no outcome: under way if a run is, else their fate is unknown.
	InFlight int `json:"in_flight"`
	// Spent is for answers whose cost is known, Presumed what may have been charged besides, and Reserved what calls under way
	// can cost at most. Unpriced counts calls whose cost nobody knows.
	Spent    request.Money `json:"spent_usd"`
	Presumed request.Money `json:"presumed_usd"`
	Reserved request.Money `json:"reserved_usd"`
	Unpriced int64         `json:"unpriced,omitempty"`
}

// ErrNoState is in the chain of the error of reading an output that has no state.
var ErrNoState = errors.New("no state of a run")

// reader opens the state of an output for reading, while a run may write to it.
func reader(ctx context.Context, output string) (*sqlite.Store, error) {
	path := resolve(output) + StateSuffix
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(output, StateSuffix):
		return nil, fmt.Errorf("bulk: %w: %s is a state itself; name its output, %s", ErrNoState, output, strings.TrimSuffix(output, StateSuffix))
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("bulk: %w: there is no %s, so no run was begun with this output; check the name", ErrNoState, path)
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("bulk: %w: %s is a folder", ErrNoState, path)
	}
	file, err := sqlite.Open(ctx, sqlite.Config{Path: path, ReadOnly: true})
	if errors.Is(err, store.ErrCorrupt) {
		return nil, fmt.Errorf("bulk: %w: %s is another file, or damaged: %w", ErrNoState, path, err)
	}
	return file, err
}

// ReadStatus reads the state of an output, also while a run works on it. It blocks for as long as that takes, some seconds for a
// million items.
func ReadStatus(ctx context.Context, output string) (*Status, error) {
	file, err := reader(ctx, output)
	if err != nil {
		return nil, err
	}
	s, err := statusIn(ctx, file)
	return s, errors.Join(err, file.Close())
}

func statusIn(ctx context.Context, from store.Store) (*Status, error) {
	s := &Status{Classes: map[request.Class]int{}}
	for o, err := range from.Keys(ctx) {
		if err != nil {
			return nil, err
		}
		s.count(&o)
	}
	for _, err := range from.Intents(ctx) {
		if err != nil {
			return nil, err
		}
		s.InFlight++
	}
	sums, err := from.Sums(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	for i := range sums {
		s.Spent += sums[i].Spent
		s.Presumed += sums[i].Presumed
		s.Unpriced += sums[i].Unpriced
	}
	books, err := from.Restore(ctx)
	if err != nil {
		return nil, err
	}
	for i := range books.Held {
		s.Reserved += books.Held[i].Amount
	}
	return s, recall(ctx, from, aboutKey, &s.About)
}

func (s *Status) count(o *store.Outcome) {
	switch {
	case o.Class == classSuperseded:
		s.Superseded++
	case !shown(o):
	case o.Class == "":
		s.Answered++
	default:
		s.Failed++
		s.Classes[o.Class]++
	}
}

// Export writes the answers in a state again, in any form; failures are left out. In the order of the input those come first
// whose place was first when they were answered. It may be called while a run works on the output.
func Export(ctx context.Context, output string, format Format, order Order, w io.Writer) error {
	if err := format.Check(); err != nil {
		return fmt.Errorf("bulk: %w", err)
	}
	file, err := reader(ctx, output)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if _, err = out.Write(format.head()); err == nil {
		err = export(ctx, file, format, order, out)
	}
	return errors.Join(err, out.Flush(), file.Close())
}

func export(ctx context.Context, from store.Store, format Format, order Order, w io.Writer) error {
	var line []byte
	write := func(o *store.Outcome) (err error) {
		if line, err = format.append(line[:0], o); err == nil {
			_, err = w.Write(line)
		}
		return err
	}
	var places []place
	for o, err := range from.Outcomes(ctx, 0) {
		switch {
		case err != nil:
			return err
		case !shown(&o) || o.Class != "":
			continue
		case order == Input:
			r, err := resultOf(&o)
			if err != nil {
				return err
			}
			places = append(places, place{r.Item.Index, o.Seq})
			continue
		}
		if err := write(&o); err != nil {
			return err
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.index, b.index) })
	for _, p := range places {
		o, err := from.Outcome(ctx, p.seq)
		if err == nil {
			err = write(&o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// place is where an outcome's item stood in the input.
type place struct {
	index int
	seq   int64
}
