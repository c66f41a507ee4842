package router_test

import (
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
)

func TestFaultsAreReportedTogether(t *testing.T) {
	_, err := router.New(router.Config{
		Name: "mine", Policy: &policy.Policy{MaxWait: -1}, RetryBurst: -1, Hedge: router.Hedge{Share: 2, After: -1},
		Targets: []router.Target{{Name: "x", Client: script()}, {Name: "x", Weight: -1}},
	})
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{
		"mine: ", "Targets[1] (x): no Client", `the name "x" is taken`, "Weight -1 is negative", "RetryBurst -1",
		"Hedge.Share 2", "Hedge.After -1ns", "MaxWait",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %q", err, want)
		}
	}
	if _, err := router.New(router.Config{}); err == nil || err.Error() != "router: no targets; give at least one" {
		t.Error(err)
	}
}

func TestNamesOfTargets(t *testing.T) {
	c := script()
	r := open(t, router.Config{Targets: []router.Target{
		{Client: c}, {Client: c, Provider: "openai"}, {Client: c, Provider: "openai", Model: "m", Key: "team"},
		{Client: c, Model: "m"}, {Client: c, Name: "own", Model: "m"},
	}})
	var names []string
	for _, target := range r.Stats().Targets {
		names = append(names, target.Name)
	}
	if got := strings.Join(names, " | "); got != "target 1 | openai | openai/m#team | m | own" {
		t.Errorf("names %s", got)
	}
}
