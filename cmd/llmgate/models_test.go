package main

import (
	"reflect"
	"strings"
	"testing"
)

// names are the second column of a listing.
func names(t *testing.T, listing string) (list []string) {
	t.Helper()
	header, rows, _ := strings.Cut(listing, "\n")
	if fields := strings.Fields(header); strings.Join(fields, " ") != "VENDOR MODEL CONTEXT OUTPUT IN OUT CAPABILITIES" {
		t.Fatalf("header %q", header)
	}
	for line := range strings.Lines(rows) {
		fields := strings.Fields(line)
		list = append(list, fields[0]+"/"+fields[1])
	}
	return list
}

func TestModelsListsWhatIsAskedFor(t *testing.T) {
	for _, test := range []struct {
		args     []string
		has, not []string
	}{
		{nil, []string{"openai/gpt-4o", "anthropic/claude-sonnet-4-5", "groq/openai/gpt-oss-120b"}, nil},
		{[]string{"GPT-4o"}, []string{"openai/gpt-4o", "openai/gpt-4o-mini", "azure/gpt-4o"}, []string{"openai/gpt-4"}},
		{[]string{"openai/gpt"}, []string{"openai/gpt-4o", "openai/gpt-5"}, []string{"groq/openai/gpt-oss-120b"}},
		{[]string{"--vendor", "groq"}, []string{"groq/openai/gpt-oss-120b"}, []string{"openai/gpt-4o"}},
		{[]string{"gpt-4o", "--vendor", "openai"}, []string{"openai/gpt-4o-mini"}, []string{"azure/gpt-4o"}},
		{[]string{"anthropic/claude-sonnet-4-5-20250929"}, []string{"anthropic/claude-sonnet-4-5"}, []string{"anthropic/claude-sonnet-5"}},
	} {
		s := newSession()
		s.in = unread{t}
		s.expect(t, exitOK, append([]string{"models"}, test.args...)...)
		listed := map[string]bool{}
		for _, name := range names(t, s.out.String()) {
			listed[name] = true
		}
		for _, name := range test.has {
			if !listed[name] {
				t.Errorf("%q does not list %s", test.args, name)
			}
		}
		for _, name := range test.not {
			if listed[name] {
				t.Errorf("%q lists %s", test.args, name)
			}
		}
		if got := s.err.String(); got != "" {
			t.Errorf("%q said %q", test.args, got)
		}
	}
}

func TestModelsShowsFacts(t *testing.T) {
	s := newSession()
	s.expect(t, exitOK, "models", "anthropic/claude-sonnet-4-5")
	_, row, _ := strings.Cut(s.out.String(), "\n")
	want := "anthropic claude-sonnet-4-5 200,000 64,000 $3.00 $15.00 stream tools parallel json schema vision pdf reasoning cache sampling"
	if got := strings.Join(strings.Fields(row), " "); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	s = newSession()
	s.expect(t, exitOK, "models", "avian/meta-llama-3.3")
	if _, row, _ = strings.Cut(s.out.String(), "\n"); strings.Join(strings.Fields(row), " ") != "avian Meta-Llama-3.3-70B-Instruct - - $0.45 $0.45 -" {
		t.Errorf("what is unknown is shown as %q", row)
	}
}

func TestModelsAsJSON(t *testing.T) {
	s := newSession()
	s.expect(t, exitOK, "models", "--json", "--vendor", "openai", "/o3-mini")
	list := objects(t, s.out.String())
	want := []map[string]any{{
		"vendor": "openai", "name": "o3-mini", "context_tokens": 200000.0, "max_output_tokens": 100000.0,
		"input_usd": 1.1, "output_usd": 4.4, "cache_read_usd": 0.55,
		"capabilities": []any{"stream", "tools", "json", "schema", "reasoning", "cache"},
		"sources":      []any{"LiteLLM", "models.dev", "genai-prices", "Portkey"},
	}}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got  %v\nwant %v", list, want)
	}
	s = newSession()
	s.expect(t, exitOK, "models", "--json", "openai/gpt-4-0314")
	list = objects(t, s.out.String())
	if _, told := list[0]["capabilities"]; told || list[0]["deprecated"] != "2026-03-26" {
		t.Errorf("of an undescribed model: %v", list)
	}
}

func TestModelsThatNobodyKnows(t *testing.T) {
	for _, args := range [][]string{{"models", "nothing-like-it"}, {"models", "--vendor", "nobody"}, {"models", "--json", "nothing-like-it"}} {
		s := newSession()
		s.expect(t, exitOK, args...)
		if got := s.out.String(); got != "" {
			t.Errorf("%q: wrote %q", args, got)
		}
		s.saysErr(t, "llmgate: no known model fits; llmgate models lists all\n")
	}
}

func TestModelsWhoseOutputIsFull(t *testing.T) {
	for _, args := range [][]string{{"models"}, {"models", "--json"}} {
		s := newSession()
		s.to = &full{left: 100}
		s.expect(t, exitFailed, args...)
		s.saysErr(t, "llmgate: "+errFull.Error())
	}
}
