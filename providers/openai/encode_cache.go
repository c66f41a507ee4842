package openai

import (
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// marksCall reports whether part j is the cache mark of a tool call, which stands with the call.
func marksCall(parts []request.Part, j int) bool {
	if _, ok := parts[j].(request.CacheBreakpoint); !ok || j == 0 {
		return false
	}
	_, ok := parts[j-1].(request.ToolCall)
	return ok
}

// markLast puts a cache mark into the part written last, before its closing brace.
func (e *encoder) markLast(mark request.CacheBreakpoint) {
	if !e.quirks.CacheControl {
		e.warnCache()
		return
	}
	last := len(e.B) - 1
	switch {
	case e.marked == len(e.B): // a part has one mark
	case e.B[last] != '}':
		e.Warn("cache_breakpoint", "not sent: nothing that can carry it was sent before it")
	default:
		e.B = e.B[:last]
		e.cacheMark(mark)
		e.Raw("}")
		e.marked = len(e.B)
	}
}

func (e *encoder) cacheMark(mark request.CacheBreakpoint) {
	if !e.quirks.CacheControl {
		e.warnCache()
		return
	}
	e.Raw(`,"cache_control":{"type":"ephemeral"`)
	if mark.TTL > 0 {
		e.Text("ttl", cacheTTL(mark.TTL))
	}
	e.Raw("}")
}

// cacheTTL writes "5m" and "1h", as the APIs have it, where a Duration would say "5m0s".
func cacheTTL(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

func (e *encoder) warnCache() {
	e.Warn("cache_breakpoint", "not sent: the provider takes no cache marks; it may cache prefixes by itself")
}
