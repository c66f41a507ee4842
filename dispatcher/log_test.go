package dispatcher_test

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

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// Each attempt is one line at debug, each change of a state one at info, or at warn where somebody must see to it.
func TestALineForEachAttemptAndChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := observer.New(zapcore.DebugLevel)
		limit := fake.Reply{Err: &request.Error{Class: request.ClassRateLimit, Status: 429, RetryAfter: 10 * time.Second}}
		d := open(t, dispatcher.Config{
			Targets: []dispatcher.Target{{Name: "t", Client: script(limit, takes(time.Second), fails(request.ClassAuth))}}, Logger: zap.New(log),
		})
		ask(t, d)
		refused(t, t.Context(), d, request.ClassAuth)
		var got []string
		for _, entry := range lines.All() {
			words := []string{entry.Level.String(), entry.Message}
			if class, ok := entry.ContextMap()["class"].(string); ok {
				words = append(words, class)
			}
			got = append(got, strings.Join(words, ", "))
		}
		want := []string{
			"info, lane waits", "debug, attempt, rate_limit", "info, target rests, as its provider asked, rate_limit",
			"debug, attempt",
			"warn, lane out, auth", "debug, attempt, auth", "debug, given up, auth",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("log (-want +got):\n%s", d)
		}
	})
}

// Providers repeat the request, and sometimes the key, in their messages; answers, whole or partial, hold content.
func TestTheLogHoldsNoContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written bytes.Buffer
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&written), zapcore.DebugLevel)
		replies := []fake.Reply{{Text: "secret"}}
		for _, class := range []request.Class{request.ClassTransient, request.ClassRateLimit, request.ClassInvalid, request.ClassBudget, request.ClassAuth} {
			replies = append(replies, fake.Reply{Err: &request.Error{Class: class, Status: 400, RetryAfter: time.Second, Message: "secret", Partial: &request.Response{Content: "secret"}}})
		}
		d := open(t, dispatcher.Config{Targets: dispatcher.Clients(script(replies...), script(replies...)), Logger: zap.New(core)})
		for range 8 {
			req := question("secret")
			req.Tenant, req.User, req.Labels = "secret", "secret", map[string]string{"secret": "secret"}
			_, _ = d.Complete(t.Context(), req)
		}
		text := written.String()
		attempts := d.Stats().Targets[0].Attempts + d.Stats().Targets[1].Attempts
		if lines := strings.Count(text, `"msg":"attempt"`); int64(lines) < attempts || attempts < 10 {
			t.Errorf("%d lines for %d attempts", lines, attempts)
		}
		if strings.Contains(text, "secret") || !strings.Contains(text, "lane out") || !strings.Contains(text, "rests") {
			t.Errorf("the log has a secret, or lacks a state:\n%s", text)
		}
	})
}
