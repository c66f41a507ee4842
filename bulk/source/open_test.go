package source_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

func TestFaultsOfConfigurationComeTogether(t *testing.T) {
	_, err := source.Open(source.Config{
		Format: "xml", Prompt: "Hi {{.a}} {{.b", System: "line\n{{nope .a}}",
		Defaults: request.Request{TopP: new(2.0), Messages: user("x")},
	})
	faults, ok := errors.AsType[request.Faults](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, f := range faults {
		fields = append(fields, f.Field)
	}
	if got, want := strings.Join(fields, " "), "Prompt:1:11 System:2:1 Format Path Defaults.messages Defaults.top_p"; got != want {
		t.Errorf("got faults of %s\nwant         %s\n%v", got, want, err)
	}
}

func TestWholeRequestsTakeNoPrompt(t *testing.T) {
	for _, format := range []source.Format{source.FormatBatch, source.FormatAnthropic, source.FormatGemini, source.FormatShareGPT} {
		_, err := source.Open(source.Config{Reader: strings.NewReader(""), Format: format, Prompt: "{{.x}}"})
		if err == nil || !strings.Contains(err.Error(), "leave out Prompt") {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

func TestFileThatCanNotBeOpened(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing.jsonl")
	for path, want := range map[string]string{
		missing: missing + ": no such file or directory; check the path",
		folder:  folder + ": a folder; name a file in it",
	} {
		s, err := source.Open(source.Config{Path: path, Format: source.FormatText})
		if s != nil || err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, ok := errors.AsType[*source.LineError](err); !ok {
			t.Errorf("%#v names no file", err)
		}
	}
	if _, err := source.Open(source.Config{Path: missing}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestFileWithoutPermission(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(path, []byte("x\n"), 0); err != nil {
		t.Fatal(err)
	}
	_, asUser := os.ReadFile(path) // root may
	s, err := source.Open(source.Config{Path: path})
	if (err == nil) != (asUser == nil) {
		t.Fatalf("got %v, though reading the file gives %v", err, asUser)
	}
	if err != nil && !strings.HasSuffix(err.Error(), "permission denied; let this user read it") {
		t.Errorf("got %v", err)
	}
	if err == nil {
		s.Close()
	}
}

func TestFileIsReadAndClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prompts.txt")
	if err := os.WriteFile(path, []byte("one\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := source.Open(source.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for item := range s.Items() {
		if item.File != path || item.Request.Messages[0].Content != "one" {
			t.Errorf("got %+v", item)
		}
		break
	}
	items, err := collect(t, s)
	if got := strings.Join(brief(items), ", "); err != nil || got != "2 line-2 good, 3 line-3 good" || items[0].Index != 1 {
		t.Errorf("a second range over the items gave %s, %v", got, err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestNothingInIt(t *testing.T) {
	for name, text := range map[string]string{
		"empty.jsonl": "", "blank.jsonl": "\n\r\n  \t \n", "mark.jsonl": "\ufeff", "no extension": "", "list.json": "[ ]", "header.csv": "id,prompt\n",
		"batch.json": `{"requests": []}`, "empty.csv": "", "blank.txt": "\n \n", "empty.json": "",
	} {
		items, err := collect(t, open(t, strings.NewReader(text), source.Config{Path: name}))
		if !errors.Is(err, source.ErrEmpty) || len(items) > 0 || err.Error() != name+": no items in it; give at least one" {
			t.Errorf("%s: got %d items, %v", name, len(items), err)
		}
	}
}

func TestFilesThatAreNotText(t *testing.T) {
	for text, want := range map[string]string{
		"%PDF-1.7\n%\xe2\xe3":            "a PDF document",
		"PK\x03\x04\x14\x00":             "a ZIP archive",
		"\x89PNG\r\n\x1a\n\x00\x00":      "a PNG image",
		"\xff\xd8\xff\xe0":               "a JPEG image",
		"PAR1\x15\x04":                   "a Parquet file",
		"SQLite format 3\x00":            "an SQLite database",
		"BZh91AY&SY\x01\x02":             "bzip2 data",
		"\xfd7zXZ\x00\x00":               "xz data",
		"abc\x00\x01\x02":                "a zero byte",
		"\xff\xfe{\x00\"\x00":            "iconv -f UTF-16 -t UTF-8",
		"\xfe\xff\x00{\x00\"":            "iconv -f UTF-16 -t UTF-8",
		"{\x00\"\x00p\x00":               "iconv -f UTF-16 -t UTF-8",
		"\x00{\x00\"\x00p":               "iconv -f UTF-16 -t UTF-8",
		"\xff\xfea\x00,\x00b\x00\n\x00x": "iconv -f UTF-16 -t UTF-8",
	} {
		for _, format := range []source.Format{"", source.FormatJSONL, source.FormatCSV, source.FormatText} {
			items, err := collect(t, open(t, strings.NewReader(text), source.Config{Path: "in.jsonl", Format: format}))
			if where, ok := errors.AsType[*source.LineError](err); len(items) > 0 || !ok || where.File != "in.jsonl" || !strings.Contains(err.Error(), want) {
				t.Errorf("%q as %q: got %d items, %v", text, format, len(items), err)
			}
		}
	}
}
