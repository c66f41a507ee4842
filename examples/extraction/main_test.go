package main

import (
	"strings"
	"testing"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/providers/fake"
)

func TestRunOnTheSimulator(t *testing.T) {
	gate, err := llmgate.New(t.Context(), llmgate.Config{Models: []string{"sim/demo"}})
	if err != nil {
		t.Fatal(err)
	}
	defer gate.Abort()
	var out strings.Builder
	if err := run(t.Context(), &out, gate, mails); err != nil || strings.Count(out.String(), "urgency") != len(mails) {
		t.Errorf("%v, wrote %s", err, out.String())
	}
}

func TestRunAsksAgain(t *testing.T) {
	const good, noQuantity = `{"product": "chalk", "quantity": 40, "urgency": "low"}`, `{"product": "chalk", "urgency": "low"}`
	for name, test := range map[string]struct {
		replies    []fake.Reply
		out, fault string
	}{
		"good":            {[]fake.Reply{{Text: good}}, "40 × chalk, urgency low\n", ""},
		"good at the end": {[]fake.Reply{{Text: "Chalk.", Times: 1}, {Text: noQuantity, Times: 1}, {Text: good}}, "40 × chalk, urgency low\n", ""},
		"never good":      {[]fake.Reply{{Text: noQuantity}}, "", "mail 1: the answer is invalid after 2 repairs"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := run(t.Context(), &out, fake.New(fake.Config{Rules: []fake.Rule{{Replies: test.replies}}}), mails[:1])
			if out.String() != test.out || (err == nil) != (test.fault == "") || (err != nil && !strings.Contains(err.Error(), test.fault)) {
				t.Errorf("wrote %q, %v", out.String(), err)
			}
		})
	}
}
