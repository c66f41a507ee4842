package document_test

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/bulk/document"
)

// fuzzFile reads foreign bytes as a file of an extension: they are text or an error, whatever they are.
func fuzzFile(f *testing.F, ext string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Chdir(f.TempDir())
	f.Fuzz(func(t *testing.T, content string) {
		name := "a" + ext
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		docs := open(t, document.Config{Paths: []string{name}, MaxBytes: 1 << 20, Timeout: 100 * time.Millisecond})
		if len(docs) != 1 || (docs[0].Err == nil) != (strings.TrimSpace(docs[0].Text) != "") || !utf8.ValidString(docs[0].Text) {
			t.Errorf("read as %+v", docs)
		}
	})
}

func FuzzText(f *testing.F) { fuzzFile(f, ".txt", "text", "\xff\xfea\x00", "\xef\xbb\xbf") }

func FuzzCSV(f *testing.F) { fuzzFile(f, ".csv", "a,b\n1,2\n", "a\n\"x\ny\"\n", ",\n,\n") }

func FuzzHTML(f *testing.F) {
	fuzzFile(f, ".html", "<title>t</title><pre>a\n b</pre>", "<script>x</script><p>a<br>&lt;", "<meta charset=utf-16><p>x")
}

func FuzzDOCX(f *testing.F) {
	fuzzFile(f, ".docx", string(docxOf("<w:p><w:r><w:t>x</w:t></w:r></w:p>")), "PK\x03\x04")
}

func FuzzPDF(f *testing.F) {
	fuzzFile(f, ".pdf", string(pdfOf("one", "two")), "%PDF-1.4\nstartxref\n0\n%%EOF")
}

func FuzzGlob(f *testing.F) {
	f.Add("**/a*/**")
	f.Add("[a-c]/?")
	f.Chdir(f.TempDir())
	if err := os.WriteFile("a.txt", []byte("a"), 0o666); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		s, err := document.Open(document.Config{Paths: []string{"a.txt"}, Exclude: []string{pattern}})
		if err == nil && len(all(t, t.Context(), s)) != 1 {
			t.Errorf("a file that was named was left out by %q", pattern)
		}
	})
}
