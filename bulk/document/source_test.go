package document_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/document"
)

// names lists what was found: "name" of a document, "name: skipped" and "name: error" of others.
func names(docs []document.Document) (list []string) {
	for _, d := range docs {
		switch {
		case errors.Is(d.Err, document.ErrSkipped):
			list = append(list, d.Name+": skipped")
		case d.Err != nil:
			list = append(list, d.Name+": error")
		default:
			list = append(list, d.Name)
		}
	}
	return list
}

var tree = map[string]string{
	"b.txt": "b", "a.md": "a", "docs/z.txt": "z", "docs/a/deep.txt": "d", "docs/a/deep.html": "<p>d", "docs/.git/config.txt": "c",
	"docs/.env.txt": "e", "docs/prog.go": "package p", "docs/empty.txt": "", "README": "r",
}

func TestPaths(t *testing.T) {
	folder(t, tree)
	below := []string{
		"docs/.env.txt: skipped", "docs/.git: skipped", "docs/a/deep.html", "docs/a/deep.txt", "docs/empty.txt: error", "docs/prog.go: skipped", "docs/z.txt",
	}
	for name, c := range map[string]struct {
		cfg  document.Config
		want []string
	}{
		"folder":           {document.Config{Paths: []string{"docs"}}, below},
		"unclean":          {document.Config{Paths: []string{"./docs/"}}, below},
		"files":            {document.Config{Paths: []string{"b.txt", "a.md"}}, []string{"b.txt", "a.md"}},
		"hidden by name":   {document.Config{Paths: []string{"docs/.env.txt"}}, []string{"docs/.env.txt"}},
		"unknown by name":  {document.Config{Paths: []string{"README", "docs/prog.go"}}, []string{"README", "docs/prog.go"}},
		"glob":             {document.Config{Paths: []string{"*.txt"}}, []string{"b.txt"}},
		"glob of folders":  {document.Config{Paths: []string{"d*/*/*.txt"}}, []string{"docs/.git: skipped", "docs/a/deep.txt"}},
		"any depth":        {document.Config{Paths: []string{"**/*.txt"}}, []string{"b.txt", "docs/.env.txt: skipped", "docs/.git: skipped", "docs/a/deep.txt", "docs/empty.txt: error", "docs/z.txt"}},
		"any depth below":  {document.Config{Paths: []string{"docs/**/deep.*"}}, []string{"docs/.git: skipped", "docs/a/deep.html", "docs/a/deep.txt"}},
		"twice":            {document.Config{Paths: []string{"b.txt", "b.txt", "docs/a", "docs/**/*.html"}}, []string{"b.txt", "docs/a/deep.html", "docs/a/deep.txt", "docs/.git: skipped"}},
		"named and walked": {document.Config{Paths: []string{"docs/a", "docs/a/deep.txt"}}, []string{"docs/a/deep.html", "docs/a/deep.txt"}},
		"nothing matches":  {document.Config{Paths: []string{"*.pdf", "b.txt"}}, []string{"*.pdf: error", "b.txt"}},
		"include":          {document.Config{Paths: []string{"docs"}, Include: []string{"*.html", "docs/z.*"}}, []string{"docs/.git: skipped", "docs/a/deep.html", "docs/z.txt"}},
		"exclude":          {document.Config{Paths: []string{"docs"}, Exclude: []string{".*", "*.go", "docs/a/*.txt", "empty*"}}, []string{"docs/a/deep.html", "docs/z.txt"}},
		"exclude a folder": {document.Config{Paths: []string{"docs"}, Exclude: []string{".*", "*.*", "a"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			docs := open(t, c.cfg)
			if c.want == nil {
				c.want = []string{"docs: error"}
			}
			if diff := cmp.Diff(c.want, names(docs)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinksAndPipes(t *testing.T) {
	folder(t, map[string]string{"real/a.txt": "a"})
	for link, target := range map[string]string{"real/again": "../real", "real/b.txt": "a.txt", "real/c.txt": "nowhere", "other": "real"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	docs := open(t, document.Config{Paths: []string{"real"}})
	if diff := cmp.Diff([]string{"real/a.txt", "real/again: skipped", "real/b.txt", "real/c.txt: error"}, names(docs)); diff != "" {
		t.Error(diff)
	}
	if !errors.Is(docs[3].Err, fs.ErrNotExist) {
		t.Errorf("a link to nowhere: %v", docs[3].Err)
	}
	if docs := open(t, document.Config{Paths: []string{"other"}}); len(docs) != 4 || docs[0].Name != "other/a.txt" || docs[0].Text != "a" {
		t.Errorf("a folder named by a link has %v", names(docs))
	}
}

func TestOpenFaults(t *testing.T) {
	folder(t, map[string]string{"a.txt": "a"})
	for want, cfg := range map[string]document.Config{
		"Paths: none":                       {},
		"missing":                           {Paths: []string{"a.txt", "missing"}},
		"nowhere":                           {Paths: []string{"nowhere/*.txt"}},
		"not a folder":                      {Paths: []string{"a.txt/*"}},
		"syntax error in pattern":           {Paths: []string{"[a"}},
		`Include: "[": syntax error`:        {Paths: []string{"a.txt"}, Include: []string{"["}},
		`Exclude: "[": syntax error`:        {Paths: []string{"a.txt"}, Exclude: []string{"["}},
		"MaxBytes of -1":                    {Paths: []string{"a.txt"}, MaxBytes: -1},
		`extension "rtf": must be in small`: {Paths: []string{"a.txt"}, Loaders: map[string]document.NewLoader{"rtf": nil}},
	} {
		if _, err := document.Open(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, which should say %q", err, want)
		}
	}
	_, err := document.Open(document.Config{Paths: []string{"one", "two"}, Include: []string{"["}})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all faults together: %v", err)
	}
}

// Nothing is read before the loop asks for it, and leaving the loop ends the walk.
func TestDocumentsAreLazy(t *testing.T) {
	folder(t, map[string]string{"d/a.txt": "a", "d/b.txt": "b", "d/c.txt": "c"})
	s, err := document.Open(document.Config{Paths: []string{"d"}})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for doc := range s.Documents(t.Context()) {
		texts = append(texts, doc.Text)
		if doc.Name == "d/b.txt" {
			break
		}
		if err := os.WriteFile(filepath.Join("d", "b.txt"), []byte("later"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"a", "later"}, texts); diff != "" {
		t.Error(diff)
	}
}

func TestDocumentsEndWithTheContext(t *testing.T) {
	folder(t, map[string]string{"d/a.txt": "a", "d/b.txt": "b"})
	s, err := document.Open(document.Config{Paths: []string{"d"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range s.Documents(ctx) {
		n, last = n+1, err
		cancel()
	}
	if n != 2 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d documents, then %v", n, last)
	}
}
