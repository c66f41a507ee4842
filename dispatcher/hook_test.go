package dispatcher_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// diary is a hook that writes everything down.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) Admitted(_ context.Context, target string, waited time.Duration) {
	d.write("%s admitted after %v", target, waited)
}

func (d *diary) Attempted(_ context.Context, target string, try *request.Attempt, err *request.Error) {
	d.write("%s attempted: %q in %v, error %v", target, try.Class, try.Latency, err != nil)
}

func (d *diary) Resolved(_ context.Context, r dispatcher.Resolution) {
	d.write("resolved: response %v, error %v, in %v", r.Response != nil, r.Err != nil, r.Latency)
}

func (d *diary) Changed(c router.Change) { d.write("%s is %s for %v", c.Target, c.To, c.Rest) }

func TestHooksAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := &request.Error{Class: request.ClassOverloaded, Status: 503, RetryAfter: 10 * time.Second}
		client := script(fake.Reply{Err: limit}, takes(time.Second), fails(request.ClassInvalid), fake.Reply{Text: "a long answer"})
		told := new(diary)
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Name: "t", Client: client}}, Hooks: dispatcher.Hooks{told}})
		ask(t, d)
		refused(t, t.Context(), d, request.ClassInvalid)
		for range d.Stream(t.Context(), question("?")) {
			break
		}
		d.Restore("t")
		want := []string{
			"t admitted after 0s", `t attempted: "overloaded" in 0s, error true`, "t is resting for 10s",
			"t admitted after 0s", `t attempted: "" in 1s, error false`, "resolved: response true, error false, in 11s",
			"t admitted after 0s", `t attempted: "invalid" in 0s, error true`, "resolved: response false, error true, in 0s",
			"t admitted after 0s", `t attempted: "canceled" in 0s, error true`, "resolved: response false, error false, in 0s",
			"t is restored for 0s",
		}
		if d := cmp.Diff(want, told.lines); d != "" {
			t.Errorf("told (-want +got):\n%s", d)
		}
	})
}

// Restore brings back the lane with its target.
func TestRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Name: "t", Client: script(fails(request.ClassAuth), fake.Reply{})}}})
		refused(t, t.Context(), d, request.ClassAuth)
		refused(t, t.Context(), d, request.ClassAuth)
		if s := d.Stats().Targets[0]; s.Attempts != 1 || s.Lane.State != "out" {
			t.Errorf("a dead key was tried %d times; the lane is %s", s.Attempts, s.Lane.State)
		}
		if !d.Restore("t") || d.Restore("u") {
			t.Error("restored by the wrong name")
		}
		ask(t, d)
	})
}

func TestTheLogHoldsNoContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written bytes.Buffer
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&written), zapcore.DebugLevel)
		var replies []fake.Reply
		for _, class := range []request.Class{request.ClassTransient, request.ClassRateLimit, request.ClassInvalid, request.ClassBudget, request.ClassAuth} {
			replies = append(replies, fake.Reply{Err: &request.Error{Class: class, Status: 400, RetryAfter: time.Second, Message: "secret", Partial: &request.Response{Content: "secret"}}})
		}
		d := open(t, dispatcher.Config{Targets: dispatcher.Clients(script(replies...), script(replies...)), Logger: zap.New(core)})
		for range 6 {
			_, _ = d.Complete(t.Context(), question("secret"))
		}
		text := written.String()
		attempts := d.Stats().Targets[0].Attempts + d.Stats().Targets[1].Attempts
		if lines := strings.Count(text, `"msg":"attempt"`); int64(lines) < attempts || attempts < 8 {
			t.Errorf("%d lines for %d attempts", lines, attempts)
		}
		if strings.Contains(text, "secret") || !strings.Contains(text, "lane out") || !strings.Contains(text, "rests") {
			t.Errorf("the log has a secret, or lacks a state:\n%s", text)
		}
	})
}
