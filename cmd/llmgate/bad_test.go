package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// nothingLeft checks that neither an output nor a state was begun.
func nothingLeft(t *testing.T, out string) {
	t.Helper()
	if left, err := filepath.Glob(out + "*"); len(left) != 0 || err != nil {
		t.Errorf("there is %q, %v", left, err)
	}
}

// What can't be run at all ends with 2 and a reason, before anything is begun.
func TestInputThatCantBeRun(t *testing.T) {
	text := written(t, "prompts.txt", "one\ntwo\n")
	table := written(t, "rows.csv", "id,text\na,x\n")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"empty":                 {[]string{written(t, "empty.jsonl", "")}, "empty.jsonl: no items in it; give at least one"},
		"blank":                 {[]string{written(t, "blank.jsonl", "\n \r\n\n")}, "blank.jsonl: no items in it"},
		"a mark alone":          {[]string{written(t, "mark.jsonl", "\ufeff")}, "mark.jsonl: no items in it"},
		"a header alone":        {[]string{written(t, "header.csv", "id,prompt\n")}, "header.csv: no items in it"},
		"binary":                {[]string{written(t, "binary.jsonl", "\x01\x02\x00\x00\x00 some more")}, "binary.jsonl: not text; it looks like binary data"},
		"a program":             {[]string{written(t, "program", "\x7fELF\x02\x01\x00\x00\x00 some more")}, "program: not text; it looks like a program"},
		"an image":              {[]string{written(t, "image.png", "\x89PNG\r\n\x1a\n\x00\x00")}, "image.png: not text"},
		"missing":               {[]string{filepath.Join(t.TempDir(), "none.jsonl")}, "none.jsonl: no such file or directory"},
		"a folder":              {[]string{t.TempDir()}, "is a folder; give a file of prompts, or use llmgate docs"},
		"a path through a file": {[]string{filepath.Join(text, "x.jsonl")}, "x.jsonl: not a directory"},
		"no format":             {[]string{written(t, "notes", "just words\n")}, "neither its name nor its beginning tells the format"},
		"two columns alike":     {[]string{written(t, "twice.csv", "a,a\nx,y\n"), "--prompt", "{{.a}}"}, "twice.csv:1: column a: is there twice; rename one"},
		"no column of prompts":  {[]string{table}, "rows.csv:1: Prompt: empty, and no column is named prompt; give a template over the columns id, text"},
		"template broken":       {[]string{table, "--prompt", "Classify: {{.text"}, "Prompt:1:11: unclosed action; see text/template for the syntax"},
		"no such function":      {[]string{table, "--prompt", "{{shout .text}}"}, `function "shout" not defined`},
		"no such column":        {[]string{table, "--prompt", "{{.foo}}"}, `rows.csv:1: Prompt:1:3: there is no field "foo"; use one of those that there are: id, text`},
		"no such column, later": {[]string{table, "--prompt", "{{.text}}", "--system", `{{if eq .id "b"}}{{.tone}}{{end}}`}, `System:1:20: there is no field "tone"`},
		"no such field of text": {[]string{text, "--prompt", "{{.line}}"}, `Prompt:1:3: there is no field "line"; use one of those that there are: text`},
		"batch with a prompt":   {[]string{table, "--prompt", "x", "--from", "batch"}, "batch brings whole requests; leave out Prompt"},
	} {
		out := filepath.Join(t.TempDir(), "out.jsonl")
		for _, kept := range [][]string{nil, {"-o", out}, {"--dry-run"}} {
			s := newSession()
			if code := s.run(t, slices.Concat([]string{"run"}, test.args, kept)...); code != exitUsage || s.out.String() != "" {
				t.Errorf("%s, %q: ended with %d and wrote %q", name, kept, code, s.out.String())
			}
			s.saysErr(t, test.want)
			nothingLeft(t, out)
		}
	}
}

// A file that may not be read is refused like one that is not there. Who may read everything has no such file.
func TestInputThatMayNotBeRead(t *testing.T) {
	path := file(t, `{"prompt":"x"}`)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	code, want := exitUsage, "prompts.jsonl: permission denied"
	if f, err := os.Open(path); !errors.Is(err, fs.ErrPermission) {
		f.Close()
		code, want = exitOK, "1 answered"
	}
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, code, "run", path)
		s.saysErr(t, want)
	})
}

// What is wrong with a line is told with its place, and the others are answered; fed back when it was mended, it alone is paid for.
func TestLinesThatAreWrong(t *testing.T) {
	lines := []string{
		`{"id":"a","prompt":"one"}`, `not JSON`, `{"id":"c","prompt":["x"]}`, `{"id":"a","prompt":"again"}`, `{"id":"e"}`, `{"id":"f","prompt":"two","temperature":"hot"}`,
		`[1,2]`, "{\"id\":\"h\",\"prompt\":\"\xff\"}", `{"id":"i","prompt":"three"}`,
	}
	path, out := file(t, lines...), filepath.Join(t.TempDir(), "out.jsonl")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", path, "-o", out, "--order", "input")
		s.saysErr(t, "2 answered, 7 failed (invalid 7)", path+":2: not a JSON object", path+":3: prompt: expected", path+":4: id: ", path+":5: ", path+":6: temperature: ",
			path+":7: not a JSON object", path+":8: not UTF-8", "Failures, with their items, are in "+out+".failed.jsonl")
		if got := idsOf(objects(t, contents(t, out))); !slices.Equal(got, []string{"a", "i"}) {
			t.Errorf("answered %q", got)
		}
		if got := len(objects(t, contents(t, out+".failed.jsonl"))); got != 7 {
			t.Errorf("%d failures were written", got)
		}
	})
	lines[2] = `{"id":"c","prompt":"x"}`
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", path, "-o", out, "--order", "input")
		s.saysErr(t, "1 answered, 0 failed", "8 were done before (6 of them failed), and cost nothing now.")
	})
}

func TestMarksAndEndsOfLinesOfOtherSystems(t *testing.T) {
	for name, text := range map[string]string{
		"prompts.jsonl": "\ufeff{\"id\":\"a\",\"prompt\":\"one\"}\r\n\r\n{\"id\":\"b\",\"prompt\":\"two\"}\r\n",
		"prompts.csv":   "\ufeffid,prompt\r\na,one\r\nb,\"two\r\nlines\"\r\n",
	} {
		inBubble(t, func(t *testing.T, s *session) {
			s.expect(t, exitOK, "run", written(t, name, text), "--order", "input")
			if got := idsOf(objects(t, s.out.String())); !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("%s: answered %q", name, got)
			}
		})
	}
}

func TestALineOf50MB(t *testing.T) {
	long := strings.Repeat("0123456789 word ", 50<<20/16)
	path, out := file(t, `{"id":"a","prompt":"`+long+`"}`, `{"id":"b","prompt":`+long+`}`, `{"id":"c","prompt":"short"}`), filepath.Join(t.TempDir(), "out.jsonl")
	g, s := newGate(t), newSession()
	close(g.open)
	s.env["OPENAI_API_KEY"] = "key"
	s.expect(t, exitFailed, g.flags("run", path, "-o", out, "--order", "input")...)
	s.saysErr(t, "2 answered, 1 failed (invalid 1)", path+":2: not a JSON object")
	if got := idsOf(objects(t, contents(t, out))); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("answered %q", got)
	}
	if len(s.err.String()) > 2000 {
		t.Errorf("the message has %d bytes", len(s.err.String()))
	}
}

func TestResultsOnAFullDisk(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.to = &full{} // for systems without a device that is
		if device, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
			defer device.Close()
			s.to = device
		}
		s.expect(t, exitFailed, "run", examples)
		s.saysErr(t, "llmgate: can't write the results: ", "no space left on device")
	})
}

func TestDocumentsThatCantBeRead(t *testing.T) {
	root := folder(t, map[string]string{
		"broken.pdf": "%PDF-1.4\nand nothing that belongs there\n%%EOF\n", "empty.txt": "", "binary.txt": "\x00\x01\x02", "fake.docx": "not a zip", "good.md": "A good one.",
	})
	out := filepath.Join(t.TempDir(), "out.jsonl")
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "docs", root, "--prompt", "Summarise.", "-o", out)
		s.saysErr(t, "1 answered, 4 failed (invalid 4)", "broken.pdf: broken PDF: ", "write it anew with the program that made it", "empty.txt: empty", "binary.txt: not text", "fake.docx: ")
		if got := objects(t, contents(t, out)); len(got) != 1 || !strings.HasSuffix(fmt.Sprint(got[0]["id"]), "good.md") {
			t.Errorf("answered %v", got)
		}
	})
}
