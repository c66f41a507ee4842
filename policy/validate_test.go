package policy_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

func TestAllFaultsOfAPolicyAreReported(t *testing.T) {
	p := &policy.Policy{
		MaxAttempts: -1, MaxRetries: -2, MaxWait: -3, Spread: -4,
		Rules: map[request.Class]policy.Rule{
			request.ClassTransient: {Retries: -1, Backoff: policy.Backoff{Base: -1, Max: -1}, Fallback: 64, Effect: 9},
			request.ClassRateLimit: {Free: true},
		},
		Reasons: map[request.Reason]policy.Rule{request.ReasonDaily: {Retries: -4}},
	}
	err := p.Validate()
	faults, ok := errors.AsType[request.Faults](err)
	if !ok || !request.IsInvalid(err) {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, fault := range faults {
		fields = append(fields, fault.Field)
	}
	want := []string{"MaxAttempts", "MaxRetries", "MaxWait", "Spread", "Rules[rate_limit].Backoff.Base",
		"Rules[transient].Retries", "Rules[transient].Backoff.Base", "Rules[transient].Backoff.Max", "Rules[transient].Effect", "Rules[transient].Fallback",
		"Reasons[daily].Retries"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultIsSoundAndEachCallersOwn(t *testing.T) {
	p := policy.Default()
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	if err := new(policy.Policy).AllowOtherVendor().Validate(); err != nil {
		t.Error(err)
	}
	p.AllowOtherVendor()
	delete(p.Reasons, request.ReasonKey)
	fresh := policy.Default()
	if _, ok := fresh.Reasons[request.ReasonKey]; !ok || fresh.Rules[request.ClassContentPolicy].Fallback != policy.Nowhere {
		t.Error("an edit of one policy shows in another")
	}
}
