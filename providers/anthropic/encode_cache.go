package anthropic

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// endBlock closes a block that may carry a cache mark.
func (e *encoder) endBlock() {
	e.Raw("}")
	e.blockEnd = len(e.B)
}

// markLast puts a cache mark into the block written last. Thinking can't carry one; a second mark says nothing more.
func (e *encoder) markLast(mark request.CacheBreakpoint) {
	switch {
	case e.marked == len(e.B):
	case e.blockEnd != len(e.B):
		e.Warn("cache_breakpoint", "not sent: nothing that can carry it was sent before it")
	default:
		e.B = e.B[:len(e.B)-1]
		e.cacheMark(mark)
		e.Raw("}")
		e.marked = len(e.B)
	}
}

func (e *encoder) cacheMark(mark request.CacheBreakpoint) {
	e.Key("cache_control")
	e.Raw(`{"type":"ephemeral"`)
	if mark.TTL > 0 {
		e.Text("ttl", e.cacheTTL(mark.TTL))
	}
	e.Raw("}")
}

// cacheTTL is one of the two that the API has, the longer where neither is asked for: a prefix that is gone costs more than one
// that is kept.
func (e *encoder) cacheTTL(d time.Duration) string {
	name := "1h"
	if d <= 5*time.Minute {
		name = "5m"
	}
	if d != time.Hour && d != 5*time.Minute {
		e.Warn("cache_breakpoint.ttl", "the provider keeps prefixes for 5m or 1h; "+d.String()+" was sent as "+name)
	}
	return name
}
