package policy

import "github.com/seed63918563/llmgate/request"

// rule finds the rule for an error.
func (p *Policy) rule(e *request.Error) Rule {
	rule, ok := Rule{}, false
	if e.Reason != "" {
		rule, ok = p.Reasons[e.Reason]
	}
	if !ok {
		rule = p.Rules[e.Class]
	}
	if e.ShouldRetry != nil {
		p.order(&rule, *e.ShouldRetry)
	}
	return rule
}

// order applies the provider's explicit word on whether to try again. It says nothing of other targets.
func (p *Policy) order(rule *Rule, again bool) {
	switch {
	case !again:
		rule.Retries, rule.Free = 0, false
	case rule.Retries == 0 && !rule.Free:
		transient := p.Rules[request.ClassTransient]
		rule.Retries, rule.Backoff = transient.Retries, transient.Backoff
	}
}
