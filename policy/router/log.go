package router

import (
	"time"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/internal/allowance"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// What goes into the log are names, classes, codes and times: never a message, which may quote the request.

func (r *Router) field(target string) zap.Field { return zap.String("target", target) }

func (r *Router) logAttempt(a *attempt, try *request.Attempt, e *request.Error) {
	line := r.cfg.Logger.Check(zap.DebugLevel, "attempt")
	if line == nil {
		return
	}
	fields := []zap.Field{
		zap.String("router", r.cfg.Name), r.field(a.target.Name), zap.String("model", try.Model), zap.String("key", try.Key),
		zap.Duration("waited", try.Waited), zap.Duration("latency", try.Latency), zap.Duration("ttft", try.TTFT),
		zap.Int("prompt_tokens", try.Usage.PromptTokens()), zap.Int("output_tokens", try.Usage.OutputTokens),
	}
	line.Write(append(fields, described(e)...)...)
}

// described is what a log may say of an error.
func described(e *request.Error) []zap.Field {
	if e == nil {
		return nil
	}
	return []zap.Field{
		zap.String("class", string(e.Class)), zap.String("reason", string(e.Reason)), zap.Int("status", e.Status),
		zap.String("code", e.Code), zap.String("request_id", e.RequestID),
	}
}

func (c *call) logGivenUp() {
	if line := c.router.cfg.Logger.Check(zap.DebugLevel, "given up"); line != nil {
		line.Write(append(described(request.AsError(c.last)), zap.String("router", c.router.cfg.Name), zap.String("why", string(c.why)),
			zap.Int("attempts", len(c.history.Attempts)))...)
	}
}

func (r *Router) logState(t *target, before, after policy.State, e *request.Error) {
	if before == after {
		return
	}
	fields := append(described(e), zap.String("router", r.cfg.Name), r.field(t.Name), zap.Stringer("was", before))
	if after == policy.Open {
		r.cfg.Logger.Warn("target opened: it keeps failing and is left alone for a while", fields...)
	} else {
		r.cfg.Logger.Info("target "+after.String(), fields...)
	}
	r.tell(Change{Target: t.Name, To: after.String(), Err: e})
}

func (r *Router) logRest(t *target, rest time.Duration, e *request.Error) {
	fields := append(described(e), zap.String("router", r.cfg.Name), r.field(t.Name), zap.Duration("rest", rest))
	r.cfg.Logger.Info("target rests, as its provider asked", fields...)
	r.tell(Change{Target: t.Name, To: Resting, Rest: rest, Err: e})
}

func (r *Router) logOut(t *target, e *request.Error) {
	fields := append(described(e), zap.String("router", r.cfg.Name), r.field(t.Name), zap.String("key", t.Key))
	r.cfg.Logger.Warn("target taken out: its key or allowance is of no use; see to it and call Restore", fields...)
	r.tell(Change{Target: t.Name, To: TakenOut, Err: e})
}

// mostStacked bounds the memory for programs that make engines without end.
const mostStacked = 16

// warnStacked names an engine further out, once.
func (r *Router) warnStacked(outer allowance.Owner) {
	r.mu.Lock()
	known := r.stacked[outer.ID] || len(r.stacked) >= mostStacked
	if !known {
		r.stacked[outer.ID] = true
	}
	r.mu.Unlock()
	if !known {
		r.cfg.Logger.Warn("retries are stacked: both draw on the outer one's attempts; remove one of them",
			zap.String("outer", outer.Name), zap.String("inner", r.cfg.Name))
	}
}
