package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/pricing"
)

// tableText is the built-in table as text, with some of it changed.
func tableText(t *testing.T, changes ...string) string {
	t.Helper()
	text, err := pricing.Builtin().AppendText(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) > 0 && !strings.Contains(string(text), changes[0]) {
		t.Fatalf("the table does not hold %q", changes[0])
	}
	return strings.NewReplacer(changes...).Replace(string(text))
}

func serveTable(t *testing.T, status int, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/models.txt"
}

// dearer is a change of a price that everybody knows, in a newer copy.
var dearer = []string{"l LiteLLM 2026-08-01", "l LiteLLM 2027-01-01", "\ngpt-4 8192 8192 ", "\nnewer 1 1 s l usd=5\ngpt-4 8192 8192 "}

func TestRefreshIsUsedByLaterRuns(t *testing.T) {
	cache := t.TempDir()
	s := newSession()
	s.cache = cache
	s.expect(t, exitOK, "models", "--refresh", serveTable(t, 200, tableText(t, dearer...)))
	if s.saysErr(t, " models of 2027-01-01, in use from now on"); s.out.String() != "" {
		t.Errorf("wrote %q", s.out.String())
	}
	s = newSession()
	s.cache = cache
	s.expect(t, exitOK, "cost", "--model", "openai/newer", "--input", "1000000")
	if !strings.Contains(s.out.String(), "$5.00  in all") || s.err.String() != "" {
		t.Errorf("a later run says %q and %q", s.out.String(), s.err.String())
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "llmgate", "*")); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
}

func TestRefreshAndList(t *testing.T) {
	s := newSession()
	s.cache = t.TempDir()
	s.expect(t, exitOK, "models", "openai/newer", "--refresh", serveTable(t, 200, tableText(t, dearer...)))
	if got := names(t, s.out.String()); len(got) != 1 || got[0] != "openai/newer" {
		t.Errorf("lists %v", got)
	}
}

func TestRefreshThatFailsLeavesTheTableAsItWas(t *testing.T) {
	closed := "http://" + freeAddress(t) + "/models.txt"
	for name, test := range map[string]struct{ url, want string }{
		"nobody there":     {closed, "connection refused"},
		"not found":        {serveTable(t, 404, "no"), "answered 404 Not Found"},
		"a web page":       {serveTable(t, 200, "<html>"), "is no table of models: line 1: an entry before the first [section]"},
		"a broken table":   {serveTable(t, 200, tableText(t)+"half 1\n"), "model half: want NAME CONTEXT OUTPUT FLAGS SOURCES"},
		"dollars as cents": {serveTable(t, 200, tableText(t, append([]string{"usd=30,60", "usd=3000,6000"}, dearer[:2]...)...)), "openai/gpt-4: standard, input: from $30.00 to $3000.00 for a million"},
		"nearly empty":     {serveTable(t, 200, "[sources]\nl LiteLLM 2027-01-01\n[openai]\ngpt-4 8192 8192 s l usd=30,60\n"), "models are missing"},
		"older":            {serveTable(t, 200, tableText(t, "2026-08-21", "2026-07-01", "2026-08-01", "2026-07-01")), "is older than the one in use, of 2026-08-21"},
		"no address":       {"models.txt", "unsupported protocol scheme"},
	} {
		s := newSession()
		s.cache = t.TempDir()
		s.expect(t, exitOK, "models", "openai/gpt-4o", "--refresh", test.url)
		if s.saysErr(t, "llmgate: the table of models stays as it was: ", test.want); !strings.Contains(s.out.String(), "gpt-4o") {
			t.Errorf("%s: lists nothing: %q", name, s.out.String())
		}
		if left, _ := filepath.Glob(filepath.Join(s.cache, "*", "*")); len(left) > 0 {
			t.Errorf("%s: files left: %v", name, left)
		}
	}
	s := newSession() // without a folder for it
	s.expect(t, exitOK, "models", "--refresh", closed)
	s.saysErr(t, "stays as it was: no folder for a cache")
}

func TestFetchedTableThatIsOfNoUse(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"unreadable":             {"half", "the fetched table of models is left aside; remove "},
		"older than the program": {"[sources]\nl LiteLLM 2020-01-01\n[openai]\nold 1 1 s l usd=5\n", ""},
	} {
		s := newSession()
		s.cache = t.TempDir()
		path := filepath.Join(s.cache, "llmgate", "models.txt")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s.expect(t, exitOK, "models", "openai/gpt-4o-mini")
		if !strings.Contains(s.out.String(), "gpt-4o-mini") || !strings.Contains(s.err.String(), test.want) || (s.err.String() == "") != (test.want == "") {
			t.Errorf("%s: wrote %q and %q", name, s.out.String(), s.err.String())
		}
	}
}

// Clients get the table, too: a run shows what its own prices make of it.
func TestRunWithOwnPrices(t *testing.T) {
	own := file(t, "[sim]", "demo 0 0 ? - usd=0,1000000")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", file(t, `{"id":"a","prompt":"x"}`), "--prices", own)
		usage := objects(t, s.out.String())[0]["usage"].(map[string]any)
		if usage["cost_usd"] != usage["output_tokens"] || usage["cost_usd"] == nil {
			t.Errorf("at a dollar for a token: %v", usage)
		}
	})
}
