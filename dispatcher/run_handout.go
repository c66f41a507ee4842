package dispatcher

// handOut passes results on in the order asked for, until the reader leaves.
func (r *run) handOut(yield func(Result) bool) {
	if r.opts.Order == Completion {
		for res := range r.results {
			if !r.pass(yield, res) {
				return
			}
		}
		return
	}
	early, next := make([]*Result, cap(r.window)+1), 0 // a ring, with a place for each job that may be within the window
	for res := range r.results {
		early[res.Index%len(early)] = res
		for at := next % len(early); early[at] != nil; at = next % len(early) {
			res, early[at] = early[at], nil
			next++
			if !r.pass(yield, res) {
				return
			}
		}
	}
}

// pass hands one result to the reader.
func (r *run) pass(yield func(Result) bool, res *Result) bool {
	select {
	case <-r.window:
	default: // the error of a source that panicked as it was left
	}
	if yield(*res) {
		return true
	}
	r.end(nil)
	return false
}

// finish waits for everything that was started, of which nobody reads the results any more, and writes the outcome.
func (r *run) finish() {
	for range r.results {
	}
	_ = r.intake.Wait()
	if r.opts.Outcome != nil {
		*r.opts.Outcome = Outcome{Progress: r.progress, Err: r.why}
	}
}
