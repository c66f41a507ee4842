package bulk

import "iter"

// line puts results into the order in which their items were taken in.
type line struct {
	early map[int]*Result
	next  int
}

// in takes a result, and gives those whose turn it is now.
func (l *line) in(r *Result) iter.Seq[*Result] {
	if l.early == nil {
		l.early = map[int]*Result{}
	}
	l.early[r.place] = r
	return func(yield func(*Result) bool) {
		for ready, ok := l.early[l.next]; ok; ready, ok = l.early[l.next] {
			delete(l.early, l.next)
			l.next++
			if !yield(ready) {
				return
			}
		}
	}
}
