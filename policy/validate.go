package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Validate reports everything in a policy that makes no sense, at once, as an *request.Error of class invalid that wraps
// request.Faults. Who builds on a policy calls it once.
func (p *Policy) Validate() error {
	var f faults
	negative(&f, "MaxAttempts", p.MaxAttempts)
	negative(&f, "MaxRetries", p.MaxRetries)
	negative(&f, "MaxWait", p.MaxWait)
	negative(&f, "Spread", p.Spread)
	checkRules(&f, "Rules", p.Rules)
	checkRules(&f, "Reasons", p.Reasons)
	if len(f) == 0 {
		return nil
	}
	return &request.Error{Class: request.ClassInvalid, Message: "policy", Err: request.Faults(f)}
}

type faults request.Faults

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, request.Fault{Field: field, Problem: fmt.Sprintf(format, args...)})
}

func negative[N int | time.Duration](f *faults, field string, v N) {
	if v < 0 {
		f.add(field, "%v is negative", v)
	}
}

func checkRules[K cmp.Ordered](f *faults, field string, rules map[K]Rule) {
	for _, key := range slices.Sorted(maps.Keys(rules)) {
		rule, name := rules[key], fmt.Sprintf("%s[%v]", field, key)
		negative(f, name+".Retries", rule.Retries)
		negative(f, name+".Backoff.Base", rule.Backoff.Base)
		negative(f, name+".Backoff.Max", rule.Backoff.Max)
		if rule.Free && rule.Backoff.Base == 0 {
			f.add(name+".Backoff.Base", "is 0, so that failures which name no wait are tried again at once; set it")
		}
		if rule.Effect > OutUntil {
			f.add(name+".Effect", "%d is none of the constants", rule.Effect)
		}
		if rule.Fallback > OtherKey|OtherModel|LargerContext|OtherVendor|Cheaper {
			f.add(name+".Fallback", "%d holds bits that are no place", rule.Fallback)
		}
	}
}
