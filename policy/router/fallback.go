package router

import (
	"maps"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// FallbackPolicy tells whether a request that failed goes elsewhere at once. It is asked once for each failure, must be safe
// for concurrent use and must not change the error. What the caller ended goes nowhere, whatever it says.
type FallbackPolicy func(*request.Error) bool

// OnRateLimit goes elsewhere instead of waiting for a rate limit to pass.
func OnRateLimit(e *request.Error) bool { return e.Class == request.ClassRateLimit }

// OnTransient goes elsewhere instead of trying again after a failure of the network or the server.
func OnTransient(e *request.Error) bool {
	switch e.Class {
	case request.ClassTransient, request.ClassOverloaded, request.ClassTimeout, request.ClassTruncated:
		return true
	}
	return false
}

// Any goes elsewhere where at least one of the policies does.
func Any(policies ...FallbackPolicy) FallbackPolicy {
	return func(e *request.Error) bool {
		for _, p := range policies {
			if p(e) {
				return true
			}
		}
		return false
	}
}

// movable are the classes of failures that another target may not have.
var movable = []request.Class{
	request.ClassUnknown, request.ClassRateLimit, request.ClassOverloaded, request.ClassQuota, request.ClassAuth,
	request.ClassPermission, request.ClassNotFound, request.ClassInvalid, request.ClassContextLength,
	request.ClassContentPolicy, request.ClassTransient, request.ClassTimeout, request.ClassTruncated, request.ClassBudget,
}

// eager is the policy for failures that a FallbackPolicy names: the same, but elsewhere before again.
func eager(p *policy.Policy) *policy.Policy {
	return revised(p, movable, func(r *policy.Rule) {
		r.First, r.Fallback = policy.OtherModel, policy.OtherModel // which is any other target
	})
}

// revised is a copy of a policy with the rules of some classes, and all rules of reasons, revised.
func revised(p *policy.Policy, classes []request.Class, revise func(*policy.Rule)) *policy.Policy {
	own := *p
	own.Rules, own.Reasons = maps.Clone(p.Rules), maps.Clone(p.Reasons)
	if own.Rules == nil {
		own.Rules = map[request.Class]policy.Rule{}
	}
	for _, class := range classes {
		rule := own.Rules[class]
		revise(&rule)
		own.Rules[class] = rule
	}
	for reason, rule := range own.Reasons {
		revise(&rule)
		own.Reasons[reason] = rule
	}
	return &own
}
