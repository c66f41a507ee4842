package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The documents of modules that this one is built of, as docs/bulk.md has the command: they are wherever it is built.
func realDocuments(t *testing.T) []string {
	t.Helper()
	modules := []string{"github.com/tmc/langchaingo", "github.com/ledongthuc/pdf", "github.com/PuerkitoBio/goquery", "github.com/spf13/cobra", "golang.org/x/net"}
	dirs, err := exec.Command("go", append([]string{"list", "-m", "-f", "{{.Dir}}"}, modules...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat([]string{"docs"}, strings.Fields(string(dirs)), []string{
		"--include", "*.md", "--include", "*.html", "--include", "*.pdf", "--chunk-tokens", "1000", "--max-tokens", "200",
		"--prompt", "Summarise part {{.chunk}} of {{.chunks}} of {{.name}} in three sentences.", "--reduce", "Make one summary of these.",
		"-o", filepath.Join(t.TempDir(), "summaries.jsonl"),
	})
}

var callsSaid = regexp.MustCompile(`(\d+) calls since the state was begun`)

// calls is how many calls a session says there were, and how many documents were answered.
func (s *session) calls(t *testing.T) string {
	t.Helper()
	m := callsSaid.FindStringSubmatch(s.err.String())
	if m == nil {
		t.Fatalf("no number of calls in %s", s.err.String())
	}
	return m[1]
}

func TestAFolderOfRealDocuments(t *testing.T) {
	args := realDocuments(t)
	out := args[len(args)-1]
	plan := newSession()
	plan.expect(t, exitOK, append(args, "--dry-run", "--json")...)
	var planned struct {
		ToSend   int `json:"to_send"`
		Wrong    int
		Requests int
	}
	if err := json.Unmarshal([]byte(plan.out.String()), &planned); err != nil || planned.ToSend < 50 || planned.Wrong != 1 {
		t.Fatalf("planned %+v, %v", planned, err)
	}
	var before string
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, args...)
		s.saysErr(t, "sample_password.pdf: encrypted PDF; remove its password, such as with qpdf --decrypt", "1 failed (invalid 1)")
		before = s.calls(t)
	})
	kinds := map[string]int{}
	for _, r := range objects(t, contents(t, out)) {
		kinds[filepath.Ext(r["id"].(string))]++
	}
	if kinds[".pdf"] < 3 || kinds[".html"] < 10 || kinds[".md"] < 30 {
		t.Errorf("documents by kind: %v", kinds)
	}
	var asked int
	if err := json.Unmarshal([]byte(before), &asked); err != nil || asked <= planned.ToSend || asked > planned.Requests {
		t.Errorf("%d calls for %d documents, planned at most %d; %v", asked, planned.ToSend, planned.Requests, err)
	}
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, args...)
		s.saysErr(t, "0 answered, 0 failed", "(1 of them failed), and cost nothing now.")
		if again := s.calls(t); again != before {
			t.Errorf("the second time there were %s calls, after %s the first time", again, before)
		}
	})
}
