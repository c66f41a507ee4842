package bulk

import (
	"context"
	"errors"
	"os"

	"github.com/seed63918563/llmgate/store"
)

// checkpointEvery is after how many results it is noted that the file is right so far.
const checkpointEvery = 20_000

// show keeps the output and the file of failures equal to what is in a state.
type show struct {
	store             store.Store
	write             func(context.Context, store.Record) error
	format            Format
	results, failures *projection
	reel              *reel

	// In order of completion: the last outcome that was shown, and how many results were since the checkpoint.
	seq   int64
	fresh int
	line  []byte
}

func newShow(s *State, write func(context.Context, store.Record) error, format Format) (*show, error) {
	results, err := openProjection(s.output)
	if err != nil {
		return nil, err
	}
	failures, err := openProjection(s.output + FailuresSuffix)
	if err != nil {
		return nil, errors.Join(err, results.close())
	}
	return &show{store: s.store, write: write, format: format, results: results, failures: failures, reel: &reel{store: s.store}}, nil
}

// resume shows what is done, in the order of completion. What was noted to be right is not read again.
func (s *show) resume(ctx context.Context) error {
	var c checkpoint
	if err := recall(ctx, s.store, resultKey, &c); err != nil {
		return err
	}
	if c.Seq > 0 && c.Format == s.format {
		right, err := s.results.skip(c.Offset, c.Sum)
		if err != nil {
			return err
		}
		if right {
			s.seq = c.Seq
		}
	}
	if err := s.refail(ctx, s.seq); err != nil {
		return err
	}
	return s.follow(ctx)
}

// refail shows the failures up to an outcome anew.
func (s *show) refail(ctx context.Context, upTo int64) error {
	var list []int64
	for o, err := range s.store.Keys(ctx) {
		if err != nil {
			return err
		}
		if shown(&o) && o.Class != "" && o.Seq <= upTo {
			list = append(list, o.Seq)
		}
	}
	if err := s.failures.rewind(); err != nil {
		return err
	}
	for _, seq := range list {
		o, err := s.store.Outcome(ctx, seq)
		if err != nil {
			return err
		}
		if err := s.add(&o); err != nil {
			return err
		}
	}
	return nil
}

// shown reports that an outcome is in an output.
func shown(o *store.Outcome) bool {
	return len(o.Item) > 0 && o.Item[0] != partMark && o.Class != classSuperseded
}

// follow shows what was committed since the last time.
func (s *show) follow(ctx context.Context) error {
	for o, err := range s.store.Outcomes(ctx, s.seq) {
		if err != nil {
			return err
		}
		s.seq = o.Seq
		if !shown(&o) {
			continue
		}
		if err := s.add(&o); err != nil {
			return err
		}
	}
	if err := s.flush(); err != nil || s.fresh < checkpointEvery {
		return err
	}
	return s.checkpoint(ctx)
}

// add shows one outcome, as the next.
func (s *show) add(o *store.Outcome) (err error) {
	s.line = s.line[:0]
	if o.Class != "" {
		if s.line, err = appendFailure(s.line, o); err != nil {
			return err
		}
		return s.failures.add(s.line)
	}
	if s.results.offset == 0 {
		s.line = append(s.line, s.format.head()...)
	}
	if s.line, err = s.format.append(s.line, o); err != nil {
		return err
	}
	s.fresh++
	return s.results.add(s.line)
}

// place shows the outcome of a result, as the next.
func (s *show) place(ctx context.Context, r *Result) error {
	if r.kept != nil {
		return s.add(&store.Outcome{Seq: r.seq, Class: r.Class(), Body: r.kept})
	}
	o, err := s.reel.outcome(ctx, r.seq)
	if err != nil {
		return err
	}
	return s.add(&o)
}

func (s *show) flush() error { return errors.Join(s.results.flush(), s.failures.flush()) }

// checkpoint notes that the file of results is right so far.
func (s *show) checkpoint(ctx context.Context) error {
	s.fresh = 0
	return s.write(ctx, note(resultKey, checkpoint{
		Seq: s.seq, Offset: s.results.offset, Sum: s.results.sum, Format: s.format, FailedOffset: s.failures.offset, FailedSum: s.failures.sum,
	}))
}

// again shows everything anew, in the order of completion.
func (s *show) again(ctx context.Context) error {
	s.seq = 0
	if err := errors.Join(s.results.rewind(), s.failures.rewind()); err != nil {
		return err
	}
	return s.follow(ctx)
}

// end takes away what does not belong there.
func (s *show) end() error { return errors.Join(s.results.end(), s.failures.end()) }

// close closes the files. Without failures there is no file of them.
func (s *show) close() error {
	info, err := s.failures.file.Stat()
	err = errors.Join(err, s.results.close(), s.failures.close())
	if err == nil && info.Size() == 0 && s.failures.offset == 0 {
		err = os.Remove(s.failures.path)
	}
	return err
}

// repaired names the files in which something stood that is not in the state.
func (s *show) repaired() (paths []string) {
	for _, p := range []*projection{s.results, s.failures} {
		if p.repaired {
			paths = append(paths, p.path)
		}
	}
	return paths
}
