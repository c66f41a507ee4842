package dialect

import (
	"sync"

	"github.com/seed63918563/llmgate/request"
)

// maxShapes bounds what a server that never repeats itself can take.
const maxShapes = 256

// shapes are the shapes of unknown errors that were reported.
type shapes struct {
	mu   sync.Mutex
	seen map[uint64]struct{}
}

// add reports whether a shape is new and there is room for it.
func (s *shapes) add(shape uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.seen[shape]; ok || len(s.seen) == maxShapes {
		return false
	}
	if s.seen == nil {
		s.seen = map[uint64]struct{}{}
	}
	s.seen[shape] = struct{}{}
	return true
}

// report tells of an error whose body says nothing that is known. unknown gives the body's shape.
func (c *Client) report(e *request.Error, unknown func() (shape uint64, ok bool)) {
	if c.cfg.OnUnknownError == nil {
		return
	}
	if shape, ok := unknown(); ok && c.unknown.add(shape) {
		c.cfg.OnUnknownError(e)
	}
}
