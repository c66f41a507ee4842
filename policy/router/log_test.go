package router_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestALineForEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := observer.New(zapcore.DebugLevel)
		client := script(limited(30*time.Second), fails(request.ClassTransient, 1), answer, fails(request.ClassInvalid, 1))
		r := open(t, router.Config{Targets: router.Clients(client), Logger: zap.New(log)})
		ask(t, r)
		refused(t, t.Context(), r, request.ClassInvalid)
		type line struct {
			level, message string
			class, why     any
		}
		var got []line
		for _, entry := range lines.All() {
			fields := entry.ContextMap()
			got = append(got, line{entry.Level.String(), entry.Message, fields["class"], fields["why"]})
		}
		want := []line{
			{"debug", "attempt", "rate_limit", nil},
			{"info", "target rests, as its provider asked", "rate_limit", nil},
			{"debug", "attempt", "transient", nil},
			{"debug", "attempt", nil, nil},
			{"debug", "attempt", "invalid", nil},
			{"debug", "given up", "invalid", "rule"},
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(line{})); d != "" {
			t.Errorf("log (-want +got):\n%s", d)
		}
	})
}

// Providers repeat the request, and sometimes the key, in their messages.
func TestTheLogHoldsNoContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written bytes.Buffer
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&written), zapcore.DebugLevel)
		var replies []fake.Reply
		for _, class := range []request.Class{request.ClassTransient, request.ClassOverloaded, request.ClassInvalid, request.ClassAuth} {
			e := &request.Error{Class: class, RetryAfter: time.Second, Message: "secret", Partial: &request.Response{Content: "secret"}}
			replies = append(replies, fake.Reply{Err: e, Times: 3})
		}
		r := over(t, script(replies...), script(replies...), router.Config{
			Logger: zap.New(core), Health: policy.HealthConfig{Consecutive: 2, Probes: 1},
		})
		for range 12 {
			_, _ = r.Complete(t.Context(), question("secret"))
		}
		r.Restore("a")
		text := written.String()
		if strings.Contains(text, "secret") || !strings.Contains(text, "taken out") || !strings.Contains(text, "opened") {
			t.Errorf("the log has a secret, or lacks a state:\n%s", text)
		}
	})
}
