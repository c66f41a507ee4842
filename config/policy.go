package config

import (
	"maps"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

var classes = words(
	request.ClassUnknown, request.ClassRateLimit, request.ClassOverloaded, request.ClassQuota, request.ClassAuth,
	request.ClassPermission, request.ClassNotFound, request.ClassInvalid, request.ClassContextLength,
	request.ClassContentPolicy, request.ClassTransient, request.ClassTimeout, request.ClassTruncated, request.ClassBudget,
)

var reasons = words(
	request.ReasonTooLarge, request.ReasonAboveLimit, request.ReasonConflict, request.ReasonInFlight, request.ReasonRamp,
	request.ReasonDaily, request.ReasonProject, request.ReasonKey, request.ReasonPlan, request.ReasonStalled, request.ReasonExpired,
)

func words[T ~string](list ...T) map[string]T {
	all := map[string]T{}
	for _, word := range list {
		all[string(word)] = word
	}
	return all
}

var places = map[string]policy.Fallback{
	"nowhere": policy.Nowhere, "other_key": policy.OtherKey, "other_model": policy.OtherModel,
	"larger_context": policy.LargerContext, "other_vendor": policy.OtherVendor, "cheaper": policy.Cheaper,
}

// policy reads changes to the default policy.
func (r *reader) policy(p place) *policy.Policy {
	out := policy.Default()
	declined := false
	r.fields(p, map[string]take{
		"max_attempts":       into(&out.MaxAttempts, r.atLeast(1)),
		"max_retries":        into(&out.MaxRetries, r.atLeast(0)),
		"max_wait":           into(&out.MaxWait, r.duration),
		"spread":             into(&out.Spread, r.duration),
		"stop_if_billed":     into(&out.StopIfBilled, r.truth),
		"allow_other_vendor": into(&declined, r.truth),
		"classes":            func(p place) { out.Rules = rules(r, p, classes, out.Rules) },
		"reasons":            func(p place) { out.Reasons = rules(r, p, reasons, out.Reasons) },
	})
	if declined {
		out.AllowOtherVendor()
	}
	if err := out.Validate(); err != nil {
		r.fault(p, "%w", err)
	}
	return out
}

// rules reads changes to some rules of a table.
func rules[K comparable](r *reader, p place, known map[string]K, table map[K]policy.Rule) map[K]policy.Rule {
	table = maps.Clone(table)
	if table == nil {
		table = map[K]policy.Rule{}
	}
	fields := map[string]take{}
	for word, key := range known {
		fields[word] = func(p place) {
			rule := table[key]
			r.rule(p, &rule)
			table[key] = rule
		}
	}
	r.fields(p, fields)
	return table
}

func (r *reader) rule(p place, rule *policy.Rule) {
	r.fields(p, map[string]take{
		"retries":  into(&rule.Retries, r.atLeast(0)),
		"free":     into(&rule.Free, r.truth),
		"backoff":  func(p place) { r.backoff(p, &rule.Backoff) },
		"fallback": into(&rule.Fallback, r.somewhere),
		"first":    into(&rule.First, r.somewhere),
	})
}

func (r *reader) backoff(p place, b *policy.Backoff) {
	r.fields(p, map[string]take{"base": into(&b.Base, r.duration), "max": into(&b.Max, r.duration)})
}

// somewhere is one place or several.
func (r *reader) somewhere(p place) (all policy.Fallback, ok bool) {
	ok = true
	r.elements(p, func(p place) {
		where, known := choice(r, p, places)
		all, ok = all|where, ok && known
	})
	return all, ok
}
