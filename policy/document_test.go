package policy_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	godiff "github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

var writeTables = flag.Bool("table", false, "put the tables of decisions into docs/policy.md")

const (
	document = "../docs/policy.md"
	command  = "go test ./policy -run TestDocument -table"
)

func TestDocument(t *testing.T) {
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	fresh := string(text)
	for name, table := range map[string]string{"classes": classTable(policy.Default()), "failures": failureTable(loadFailures(t))} {
		begin, end := fmt.Sprintf("<!-- begin of %s; %s writes it -->\n", name, command), fmt.Sprintf("<!-- end of %s -->\n", name)
		before, rest, begins := strings.Cut(fresh, begin)
		_, after, ends := strings.Cut(rest, end)
		if !begins || !ends {
			t.Fatalf("%s has no place for a table, between %q and %q", document, begin, end)
		}
		fresh = before + begin + "\n" + table + "\n" + end + after
	}
	if *writeTables {
		if err := os.WriteFile(document, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := godiff.Diff(fresh, string(text)); diff != "" {
		t.Errorf("%s is out of date; run %s (-now +document):\n%s", document, command, diff)
	}
}

// documented are the classes, and the reasons that have a rule of their own, in the order of the document.
var documented = []struct {
	class  request.Class
	reason request.Reason
}{
	{request.ClassRateLimit, ""}, {request.ClassRateLimit, request.ReasonInFlight},
	{request.ClassOverloaded, ""}, {request.ClassTransient, ""}, {request.ClassTimeout, ""}, {request.ClassTruncated, ""},
	{request.ClassUnknown, ""},
	{request.ClassQuota, ""}, {request.ClassQuota, request.ReasonProject}, {request.ClassQuota, request.ReasonKey},
	{request.ClassAuth, ""}, {request.ClassPermission, ""}, {request.ClassNotFound, ""}, {request.ClassContextLength, ""},
	{request.ClassInvalid, ""}, {request.ClassInvalid, request.ReasonAboveLimit}, {request.ClassInvalid, request.ReasonConflict},
	{request.ClassContentPolicy, ""}, {request.ClassBudget, ""}, {request.ClassCanceled, ""},
}

func TestEveryRuleIsDocumented(t *testing.T) {
	p := policy.Default()
	for _, row := range documented {
		if row.reason == "" {
			delete(p.Rules, row.class)
		}
		delete(p.Reasons, row.reason)
	}
	if len(p.Rules)+len(p.Reasons) > 0 {
		t.Errorf("the document leaves out %v and %v", p.Rules, p.Reasons)
	}
}

func classTable(p *policy.Policy) string {
	var b strings.Builder
	b.WriteString("| class | reason | same target again | wait without a hint | then | the target |\n|---|---|---|---|---|---|\n")
	for _, row := range documented {
		rule, ok := p.Reasons[row.reason]
		if !ok {
			rule = p.Rules[row.class]
		}
		place := places(p, &request.Error{Class: row.class, Reason: row.reason})
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", row.class, code(string(row.reason)), times(rule), wait(rule), dash(place), effect(rule))
	}
	return b.String()
}

func times(r policy.Rule) string {
	switch {
	case r.Free && r.First&policy.OtherKey != 0:
		return "until it passes, or another key is free"
	case r.Free:
		return "until it passes"
	case r.Retries > 0:
		return strconv.Itoa(r.Retries) + " ×"
	}
	return "no"
}

func wait(r policy.Rule) string {
	if !r.Free && r.Retries == 0 {
		return "–"
	}
	return fmt.Sprintf("up to %s, doubling to %s", short(r.Backoff.Base), short(r.Backoff.Max))
}

func effect(r policy.Rule) string {
	return [...]string{"–", "rests as long as the provider says", "out", "out, or rests until the day that the provider names"}[r.Effect]
}

func code(text string) string {
	if text == "" {
		return "–"
	}
	return "`" + text + "`"
}

func dash(text string) string { return cmp.Or(text, "–") }

func failureTable(list []failure) string {
	var b strings.Builder
	b.WriteString("| provider | HTTP | told by | class | reason | billed | retry | wait | then | the target |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, f := range list {
		status, billed := "–", "no"
		if f.Status > 0 {
			status = strconv.Itoa(f.Status)
		}
		if f.Billed {
			billed = "maybe"
		}
		v := judge(f.occur())
		if _, calendar, ok := strings.Cut(f.Wait, ","); ok {
			v.Wait += "," + calendar
		}
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s | %s | %s | %s | %s | %s |\n", f.Provider, status, dash(f.Tells),
			f.Class, code(string(f.Reason)), billed, v.Retry, dash(v.Wait), dash(v.Fallback), dash(v.Target))
	}
	return b.String()
}

func TestShortDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "1s", time.Minute: "1m", 90 * time.Minute: "1h30m", time.Hour: "1h", 10 * time.Second: "10s"} {
		if got := short(d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
