package document_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// sources are modules that this one is built of, with documents in them, so that they are wherever it is built.
var sources = []string{
	"github.com/tmc/langchaingo", "github.com/ledongthuc/pdf", "github.com/PuerkitoBio/goquery", "github.com/andybalholm/cascadia",
	"golang.org/x/net", "golang.org/x/text", "github.com/spf13/cobra", "github.com/microcosm-cc/bluemonday",
}

// realFolder collects the documents of the modules into a folder, the test's own.
func realFolder(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-m", "-f", "{{.Path}} {{.Dir}}"}, sources...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for line := range strings.Lines(string(out)) {
		module, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		s, err := document.Open(document.Config{Paths: []string{dir}, Include: []string{"*.md", "*.html", "*.pdf", "*.csv", "*.txt"}})
		if err != nil {
			t.Fatalf("%s: %v", module, err)
		}
		for _, doc := range all(t, t.Context(), s) {
			if errors.Is(doc.Err, document.ErrSkipped) {
				continue
			}
			rel, err := filepath.Rel(dir, doc.Path)
			if err != nil {
				t.Fatal(err)
			}
			copyFile(t, doc.Path, filepath.Join("docs", filepath.Base(module), rel))
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o777)
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// memory asks a client what it has not asked before.
type memory struct {
	client request.Client

	mu      sync.Mutex
	answers map[string]*request.Response
	asked   int
}

func (m *memory) ask(ctx context.Context, id string, req request.Request) (*request.Response, error) {
	m.mu.Lock()
	question := id + "\n" + req.Messages[0].Content
	known := m.answers[question]
	m.mu.Unlock()
	if known != nil {
		return known, nil
	}
	resp, err := m.client.Complete(ctx, req)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers[question] = resp
	m.asked++
	return resp, nil
}

// A folder of real documents is summarised, with map and reduce, over the simulator; the same folder again asks nothing.
func TestRealFolder(t *testing.T) {
	realFolder(t)
	simulator, err := sim.New(sim.Config{OutputTokens: sim.Constant(60)})
	if err != nil {
		t.Fatal(err)
	}
	client, err := openai.New(openai.Config{APIKey: "k", BaseURL: "http://sim/v1", Model: "m", Transport: simulator.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{client: client, answers: map[string]*request.Response{}}
	p := processor(t, document.Plan{
		Prompt: "Summarise part {{.chunk}} of {{.chunks}} of {{.name}}:\n\n{{.text}}", Reduce: "Make one summary of these:\n\n{{.text}}",
		ChunkTokens: 1000, OverlapTokens: 50, Request: request.Request{MaxTokens: 60},
	})

	first := summarise(t, p, m)
	for kind, least := range map[string]int{".pdf": 3, ".html": 10, ".md": 30} {
		if n := first.kinds[kind]; n < least {
			t.Errorf("%d documents of kind %s, want at least %d", n, kind, least)
		}
	}
	if len(first.summaries) < 50 || first.reduced < 10 {
		t.Errorf("%d documents were summarised, %d of them in several levels", len(first.summaries), first.reduced)
	}
	if err := first.failed["docs/langchaingo/documentloaders/testdata/sample_password.pdf"]; err == nil || !strings.Contains(err.Error(), "encrypted PDF") {
		t.Errorf("the encrypted PDF: %v", err)
	}
	t.Logf("%d documents, %d requests; unreadable: %v", len(first.summaries), m.asked, first.failed)

	asked := m.asked
	again := summarise(t, p, m)
	if m.asked != asked {
		t.Errorf("the same folder asked %d times again", m.asked-asked)
	}
	for name, text := range first.summaries {
		if again.summaries[name] != text {
			t.Errorf("%s was summarised differently", name)
		}
	}
}

// pass is what came of one pass over the folder.
type pass struct {
	summaries map[string]string
	failed    map[string]error
	kinds     map[string]int
	reduced   int
}

func summarise(t *testing.T, p *document.Processor, m *memory) pass {
	t.Helper()
	s, err := document.Open(document.Config{Paths: []string{"docs"}})
	if err != nil {
		t.Fatal(err)
	}
	out := pass{map[string]string{}, map[string]error{}, map[string]int{}, 0}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(4)
	for doc, err := range s.Documents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() error {
			result, err := p.Process(t.Context(), doc, m.ask)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				out.failed[doc.Name] = err
				return nil
			}
			out.summaries[doc.Name] = result.Text
			out.kinds[filepath.Ext(doc.Name)]++
			if len(result.Chunks) > 1 {
				out.reduced++
			}
			return nil
		})
	}
	_ = group.Wait() // failures are counted by document
	return out
}
