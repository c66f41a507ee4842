package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

func TestNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		n := newNotices()
		n.Changed(router.Change{Target: "early", To: router.TakenOut}) // nobody listens yet
		n.tell(func(line string) { said = append(said, line) })
		failure := &request.Error{Class: request.ClassTransient, Provider: "openai", Message: "no host"}
		for _, c := range []router.Change{
			{Target: "a", To: "closed"},
			{Target: "a", To: "open", Err: failure},
			{Target: "a", To: "half-open"},
			{Target: "a", To: "open", Err: failure},
			{Target: "a", To: "closed"},
			{Target: "a", To: "open", Err: failure},
			{Target: "b", To: router.Resting, Rest: time.Second},
			{Target: "b", To: router.Resting, Rest: 20 * time.Second},
			{Target: "b", To: router.Resting, Rest: 21 * time.Second},
			{Target: "c", To: router.Resting, Rest: 21 * time.Second},
			{Target: "b", To: router.TakenOut, Err: failure},
		} {
			n.Changed(c)
		}
		time.Sleep(21 * time.Second)
		n.Changed(router.Change{Target: "b", To: router.Resting, Rest: time.Minute})
		want := []string{
			"llmgate: a keeps failing and is left alone for a while, then tried again; interrupt to stop: openai: transient: no host",
			"llmgate: a answers again",
			"llmgate: a keeps failing and is left alone for a while, then tried again; interrupt to stop: openai: transient: no host",
			"llmgate: b asks to wait 20s",
			"llmgate: c asks to wait 21s",
			"llmgate: b is not asked any more: openai: transient: no host",
			"llmgate: b asks to wait 1m0s",
		}
		if d := cmp.Diff(want, said); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// A model that refuses its key is told of once, though another one answers in its place; -q keeps quiet.
func TestAPersonIsToldOfAModelThatIsOut(t *testing.T) {
	url := serve(t, sim.Config{APIKeys: []string{"sk-right-key-0123456789"}})
	cfg := written(t, "llmgate.yaml", "targets: [{model: openai/gpt-5-mini, base_url: "+url+", key_env: WRONG}, {model: sim/demo}]\n"+
		"policy: {classes: {auth: {fallback: other_model}}}\n") // by default only another key is tried

	prompts := file(t, `{"prompt":"x"}`, `{"prompt":"y"}`, `{"prompt":"z"}`)
	const notice = "llmgate: openai/gpt-5-mini is not asked any more: openai: auth"
	for _, args := range [][]string{{"run", prompts, "-c", "1"}, {"chat", "x"}, {"run", prompts, "-q"}} {
		s := newSession()
		s.env["WRONG"] = "sk-wrong-key-9876543210"
		s.expect(t, exitOK, append(args, "--config", cfg)...)
		got, want := s.err.String(), 1
		if args[len(args)-1] == "-q" {
			want = 0
		}
		if strings.Count(got, notice) != want || strings.Contains(got, "9876543210") {
			t.Errorf("%v: said %s", args, got)
		}
	}
}
