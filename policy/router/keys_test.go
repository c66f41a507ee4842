package router_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// pool makes targets of one model with keys named by number.
func pool(clients ...request.Client) []router.Target {
	targets := router.Clients(clients...)
	for i := range targets {
		targets[i].Provider, targets[i].Model, targets[i].Key = "first", "m", string(rune('1'+i))
	}
	return targets
}

func keys(tries []request.Attempt) (keys string) {
	for _, try := range tries {
		keys += try.Key
	}
	return keys
}

func TestKeysRotateOnARateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := open(t, router.Config{Targets: pool(
			script(limited(time.Minute), answer), script(answer, limited(time.Second), answer), script(answer),
		)})
		var used []string
		for range 2 {
			used = append(used, keys(ask(t, r).Attempts))
		}
		if d := cmp.Diff([]string{"12", "23"}, used); d != "" || time.Since(start) != 0 {
			t.Errorf("keys used in %v (-want +got):\n%s", time.Since(start), d)
		}
		time.Sleep(time.Minute)
		if got := keys(ask(t, r).Attempts); got != "1" {
			t.Errorf("after the rest key %s is used, want 1", got)
		}
	})
}

func TestTheKeyThatIsBackFirstIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := open(t, router.Config{Targets: pool(
			script(limited(5*time.Second), limited(time.Hour)), script(limited(time.Minute), answer),
			script(limited(10*time.Second), limited(time.Hour)),
		)})
		if got := keys(ask(t, r).Attempts); got != "123132" || time.Since(start) != time.Minute {
			t.Errorf("keys %s within %v; want 123132 within a minute", got, time.Since(start))
		}
	})
}

// With no word on how long, two keys must not be tried in turns without a pause.
func TestKeysLimitedForAnUnknownTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, router.Config{Targets: pool(script(limited(0)), script(limited(0), limited(0), answer)), Seed: 1})
		resp := ask(t, r)
		if got := keys(resp.Attempts); got != "1222" {
			t.Errorf("keys %s, want 1222", got)
		}
		for i, want := range []bool{false, false, true, true} {
			if got := resp.Attempts[i].Waited > 0; got != want {
				t.Errorf("attempt %d waited %v", i, resp.Attempts[i].Waited)
			}
		}
	})
}

func TestADeadKeyIsTakenOut(t *testing.T) {
	for _, class := range []request.Class{request.ClassAuth, request.ClassQuota} {
		log, lines := observer.New(zapcore.InfoLevel)
		dead := script(fake.Reply{Err: &request.Error{Class: class, Status: 401, Message: "sk-secret is not a key"}}, answer)
		r := open(t, router.Config{Targets: pool(dead, script(answer)), Logger: zap.New(log)})
		for _, want := range []string{"12", "2", "2"} {
			if got := keys(ask(t, r).Attempts); got != want {
				t.Errorf("%s: keys %s, want %s", class, got, want)
			}
		}
		if out := r.Stats().Targets[0].Out; out == nil || out.Class != class || out.Message == "" {
			t.Errorf("%s: out on account of %v", class, out)
		}
		warned := lines.FilterLevelExact(zapcore.WarnLevel).All()
		if len(warned) != 1 || warned[0].ContextMap()["target"] != "first/m#1" || warned[0].ContextMap()["class"] != string(class) {
			t.Errorf("%s: warnings %v", class, warned)
		}
		if len(warned) == 1 && strings.Contains(warned[0].Message, "secret") {
			t.Errorf("the log repeats the provider's message: %s", warned[0].Message)
		}
		if !r.Restore("first/m#1") || r.Stats().Targets[0].Out != nil {
			t.Errorf("%s: not restored", class)
		}
		if got := keys(ask(t, r).Attempts); got != "1" {
			t.Errorf("%s: after Restore key %s, want 1", class, got)
		}
	}
}

func TestRestoreOfNobody(t *testing.T) {
	if open(t, router.Config{Targets: router.Clients(script())}).Restore("nobody") {
		t.Error("restored a target that there is not")
	}
}

func TestATargetGoesOutWithItsKey(t *testing.T) {
	dead, other := script(fails(request.ClassAuth, 9)), script(answer)
	r := open(t, router.Config{Targets: []router.Target{
		{Client: dead, Provider: "first", Model: "m", Key: "1"},
		{Client: other, Provider: "first", Model: "n", Key: "1"},
		{Client: other, Provider: "second", Model: "m", Key: "1"},
		{Client: other, Provider: "first", Model: "m", Key: "2"},
	}})
	if got := keys(ask(t, r).Attempts); got != "12" {
		t.Errorf("keys %s, want 12", got)
	}
	var out []bool
	for _, target := range r.Stats().Targets {
		out = append(out, target.Out != nil)
	}
	if d := cmp.Diff([]bool{true, true, false, false}, out); d != "" {
		t.Errorf("out (-want +got):\n%s", d)
	}
	r.Restore("first/n#1")
	if r.Stats().Targets[0].Out != nil {
		t.Error("the targets went out together and did not come back together")
	}
}

func TestAllKeysDead(t *testing.T) {
	a, b := script(fails(request.ClassAuth, 9)), script(fails(request.ClassQuota, 9))
	r := open(t, router.Config{Targets: pool(a, b)})
	refused(t, t.Context(), r, request.ClassQuota)
	e := refused(t, t.Context(), r, request.ClassAuth) // not sent
	states := "first/m#1 is out (auth); first/m#2 is out (quota)"
	if len(e.Attempts) != 0 || !errors.Is(e, request.ErrAuth) || !strings.Contains(e.Message, states) {
		t.Errorf("%d attempts: %v", len(e.Attempts), e)
	}
	if len(a.Calls()) != 1 || len(b.Calls()) != 1 {
		t.Errorf("%d and %d calls, want one each", len(a.Calls()), len(b.Calls()))
	}
}

// Nobody but the provider can say when the only key works again.
func TestTheOnlyTargetIsNotTakenOut(t *testing.T) {
	r := open(t, router.Config{Targets: router.Clients(script(fails(request.ClassAuth, 1), answer))})
	if e := refused(t, t.Context(), r, request.ClassAuth); len(e.Attempts) != 1 {
		t.Errorf("%d attempts, want 1", len(e.Attempts))
	}
	ask(t, r)
}
