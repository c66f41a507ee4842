package schema_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/schema"
	"github.com/seed63918563/llmgate/request"
)

// script answers with texts, one after the other, and records what it was asked.
type script struct {
	answers []string
	ids     []string
	asked   []request.Request
}

func (s *script) ask(_ context.Context, id string, req request.Request) (*request.Response, error) {
	s.ids, s.asked = append(s.ids, id), append(s.asked, req)
	if len(s.answers) == 0 {
		return nil, request.ErrOverloaded
	}
	text := s.answers[0]
	s.answers = s.answers[1:]
	return &request.Response{Content: text, Usage: request.Usage{OutputTokens: 10, Reported: true}}, nil
}

var whoIs = request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "who?"}}}

func TestRepairing(t *testing.T) {
	const good, bad = `{"name":"Ada","age":36}`, `{"name":"Ada"}`
	for name, c := range map[string]struct {
		answers []string
		repairs int
		want    string
		ids     []string
		tokens  int
		invalid bool
	}{
		"good at once":    {[]string{good}, 2, good, []string{"a"}, 10, false},
		"good at second":  {[]string{bad, good}, 2, good, []string{"a", "a~repair-1"}, 20, false},
		"good at last":    {[]string{bad, "", good}, 2, good, []string{"a", "a~repair-1", "a~repair-2"}, 30, false},
		"never good":      {[]string{bad, bad, bad}, 2, bad, []string{"a", "a~repair-1", "a~repair-2"}, 30, true},
		"no repair asked": {[]string{bad}, 0, bad, []string{"a"}, 10, true},
	} {
		s := &script{answers: c.answers}
		resp, err := schema.Repairing(s.ask, compile(t, person), c.repairs)(t.Context(), "a", whoIs)
		if resp.Content != c.want || resp.Usage.OutputTokens != c.tokens {
			t.Errorf("%s: answer %q of %d tokens", name, resp.Content, resp.Usage.OutputTokens)
		}
		if diff := cmp.Diff(c.ids, s.ids); diff != "" {
			t.Errorf("%s: ids %s", name, diff)
		}
		invalid, ok := errors.AsType[*schema.Invalid](err)
		if ok != c.invalid || ok && (invalid.Answer != c.want || invalid.Repairs != c.repairs || !strings.Contains(err.Error(), "age")) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A repair shows the last answer and its fault to the model, and does not grow from one to the next.
func TestRepairShowsTheFault(t *testing.T) {
	s := &script{answers: []string{`{"first":1}`, `{"second":2}`, `{"name":"Ada","age":36}`}}
	if _, err := schema.Repairing(s.ask, compile(t, person), 5)(t.Context(), "a", whoIs); err != nil {
		t.Fatal(err)
	}
	last := s.asked[2]
	if len(last.Messages) != 3 || last.Messages[0].Content != "who?" || last.Messages[1].Content != `{"second":2}` ||
		last.Messages[1].Role != request.RoleAssistant || !strings.Contains(last.Messages[2].Content, "properties [\"second\"]") {
		t.Errorf("asked %+v", last.Messages)
	}
	for _, req := range s.asked {
		if err := req.Validate(); err != nil {
			t.Error(err)
		}
	}
	if len(whoIs.Messages) != 1 {
		t.Error("the request given was changed")
	}
}

func TestRepairBounds(t *testing.T) {
	req := schema.Repair(whoIs, "", errors.New(strings.Repeat("é", 100_000)))
	if n := len(req.Messages[1].Content); n > 3000 {
		t.Errorf("a fault of %d bytes was shown", n)
	}
	if err := req.Validate(); err != nil {
		t.Error(err)
	}
}

func TestRepairingKeepsErrors(t *testing.T) {
	s := &script{answers: []string{"no"}}
	resp, err := schema.Repairing(s.ask, compile(t, person), 3)(t.Context(), "a", whoIs)
	if !errors.Is(err, request.ErrOverloaded) || resp == nil || resp.Content != "no" {
		t.Errorf("answer %v, error %v", resp, err)
	}
	if _, err = schema.Repairing(s.ask, compile(t, person), 3)(t.Context(), "a", whoIs); !errors.Is(err, request.ErrOverloaded) {
		t.Errorf("error %v", err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		check, answer string
		passes        bool
	}{
		{`{{contains .text "because"}}`, "because it is", true},
		{`{{contains .text "because"}}`, "it is", false},
		{`{{if gt (len .text) 3}}yes{{end}}`, "long", true},
		{`{{if gt (len .text) 3}}yes{{end}}`, "no", false},
		{" {{hasPrefix (lower .text) \"yes\"}}\n", "Yes.", true},
		{`{{gt .json.score 0.5}}`, `{"score":0.7}`, true},
		{`{{gt .json.score 0.5}}`, "```json\n{\"score\":0.2}\n```", false},
		{`{{gt .json.score 0.5}}`, `{}`, false},
		{`{{gt .json.score 0.5}}`, `no JSON`, false},
		{`{{not .json}}`, `no JSON`, true},
	} {
		check, err := schema.CompileCheck(c.check)
		if err != nil {
			t.Fatal(err)
		}
		if err := check.Validate(c.answer); (err == nil) != c.passes {
			t.Errorf("%s of %q: error %v", c.check, c.answer, err)
		}
	}
	for _, bad := range []string{`{{`, `{{nothing .text}}`} {
		if _, err := schema.CompileCheck(bad); err == nil {
			t.Errorf("%s was compiled", bad)
		}
	}
}
