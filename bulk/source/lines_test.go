package source_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed63918563/llmgate/bulk/source"
)

// open opens a text named "in", as JSON lines unless the configuration says otherwise, for the provider "sim".
func open(t *testing.T, r io.Reader, cfg source.Config) *source.Source {
	t.Helper()
	cfg.Reader, cfg.Provider = r, "sim"
	if cfg.Path == "" {
		cfg.Path = "in"
		cfg.Format = cmp.Or(cfg.Format, source.FormatJSONL)
	}
	s, err := source.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// collect takes all items, and the error that ended them.
func collect(t *testing.T, s *source.Source) (items []source.Item, last error) {
	t.Helper()
	for item, err := range s.Items() {
		if last != nil {
			t.Fatalf("after the error %v came another pair: %v, %v", last, item, err)
		}
		if last = err; err == nil {
			items = append(items, item)
		}
	}
	return items, last
}

// read takes all items from JSON lines.
func read(t *testing.T, r io.Reader) ([]source.Item, error) {
	t.Helper()
	return collect(t, open(t, r, source.Config{AllowDuplicates: true}))
}

// brief says of an item what the cutting of lines decides: line, ID, and whether it is good.
func brief(items []source.Item) []string {
	list := []string{}
	for _, item := range items {
		state := "good"
		if item.Err != nil {
			state = "bad"
		}
		list = append(list, fmt.Sprint(item.Line, " ", item.ID, " ", state))
	}
	return list
}

func TestLinesAreCut(t *testing.T) {
	const a, b = `{"id":"a","prompt":"x"}`, `{"prompt":"y"}`
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"one line", a + "\n", []string{"1 a good"}},
		{"no final newline", a + "\n" + b, []string{"1 a good", "2 line-2 good"}},
		{"CRLF", a + "\r\n" + b + "\r\n", []string{"1 a good", "2 line-2 good"}},
		{"blank lines count", "\n" + a + "\n\n \r\n" + b + "\n\n", []string{"2 a good", "5 line-5 good"}},
		{"byte order mark", "\ufeff" + a + "\n" + b, []string{"1 a good", "2 line-2 good"}},
		{"byte order mark in the middle", a + "\n\ufeff" + b, []string{"1 a good", "2 line-2 bad"}},
		{"space around", "  " + a + "\t\n   " + b + "  ", []string{"1 a good", "2 line-2 good"}},
		{"a bad line stops nothing", a + "\nnonsense\n[]\n" + b, []string{"1 a good", "2 line-2 bad", "3 line-3 bad", "4 line-4 good"}},
		{"all bad", "1\n2\n3", []string{"1 line-1 bad", "2 line-2 bad", "3 line-3 bad"}},
	} {
		for how, reader := range map[string]io.Reader{"whole": strings.NewReader(test.text), "byte by byte": iotest.OneByteReader(strings.NewReader(test.text))} {
			items, err := read(t, reader)
			if got := brief(items); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%s, %s: got %q, %v; want %q", test.name, how, got, err, test.want)
			}
		}
	}
}

func TestLineOverTheMaximumIsPassedOver(t *testing.T) {
	const longest = 100_000                                                            // more than the reader's own buffer
	fits := `{"prompt":"` + strings.Repeat("x", longest-len(`{"prompt":""}`)-1) + `"}` // with its line feed
	text := strings.Join([]string{fits, strings.Replace(fits, "x", "xx", 1), `{"prompt":"next"}`, strings.Repeat("z", 5*longest)}, "\n")
	s := open(t, strings.NewReader(text), source.Config{})
	s.Shorten(longest)
	items, err := collect(t, s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := brief(items), []string{"1 line-1 good", "2 line-2 bad", "3 line-3 good", "4 line-4 bad"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if got := items[1].Err.Error(); got != "in:2: line: longer than 128 MB; split it" {
		t.Errorf("got %q", got)
	}
	if got := items[2].Request.Messages[0].Content; got != "next" {
		t.Errorf("the line after it reads %q", got)
	}
}

func TestReaderErrorEndsTheItems(t *testing.T) {
	broken := errors.New("the disk is gone")
	text := strings.NewReader("{\"prompt\":\"x\"}\n{\"prompt\":\"y\"}\n{\"prom")
	items, err := read(t, io.MultiReader(text, iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || err.Error() != "in:3: the disk is gone" {
		t.Errorf("got the error %v", err)
	}
	if got, want := brief(items), []string{"1 line-1 good", "2 line-2 good"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q: half a line is no item", got, want)
	}
}

func TestLinesAreReadAsTheyAreAskedFor(t *testing.T) {
	r, w := io.Pipe()
	written := make(chan struct{})
	go func() {
		defer close(written)
		io.WriteString(w, "{\"prompt\":\"x\"}\n")
	}()
	for item, err := range open(t, r, source.Config{}).Items() {
		if err != nil || item.Request.Messages[0].Content != "x" {
			t.Errorf("got %+v, %v", item, err)
		}
		break // though the writer has not said that it is done
	}
	<-written
}

func TestItemsDoNotShareTheLineBuffer(t *testing.T) {
	first := `{"id":"first","prompt":"first question","system":"first system","user":"first user","extra":"first extra"}`
	text := first + "\n" + strings.Repeat("#", len(first)) + "\n"
	items, err := read(t, strings.NewReader(text))
	if err != nil || len(items) != 2 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	r := &items[0].Request
	got := fmt.Sprintf("%s|%s|%s|%s|%s", items[0].ID, r.Messages[0].Content, r.Messages[1].Content, r.User, r.Extra["sim"]["extra"])
	if want := `first|first system|first question|first user|"first extra"`; got != want {
		t.Errorf("after the next line the item reads %s, want %s", got, want)
	}
}

func TestBrokenLineTakesTheFormOfTheLinesBeforeIt(t *testing.T) {
	const simple, batch, broken = `{"prompt":"x"}`, `{"custom_id":"a","body":{"messages":[{"role":"user","content":"x"}]}}`, `{"prom`
	const named = `{"id":"a","prompt":5}` // broken, but not so much that its form is open
	items, err := read(t, strings.NewReader(strings.Join([]string{broken, batch, broken, named, simple, broken}, "\n")))
	var got []source.Form
	for _, item := range items {
		got = append(got, item.Form)
	}
	if want := []source.Form{source.Simple, source.Batch, source.Batch, source.Simple, source.Simple, source.Simple}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got the forms %v, %v; want %v", got, err, want)
	}
}
