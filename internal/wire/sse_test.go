package wire_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/wire"
)

type event struct{ Type, Data string }

func readEvents(src io.Reader) (events []event, err error) {
	r := wire.NewEventReader(src)
	defer r.Close()
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, event{string(e.Type), string(e.Data)})
	}
}

// referenceEvents follows the specification word by word over the whole text.
func referenceEvents(text string) (events []event) {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	whole := lines[:len(lines)-1] // the last piece has no line end
	var kind, data string
	var pending bool
	take := func(line string) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "data":
			data += value + "\n"
		case "event":
			kind = value
		}
		pending = data != "" || kind != ""
	}
	for _, line := range whole {
		if line != "" {
			take(line)
			continue
		}
		if pending {
			events = append(events, event{kind, strings.TrimSuffix(data, "\n")})
		}
		kind, data, pending = "", "", false
	}
	if rest := lines[len(lines)-1]; rest != "" {
		take(rest)
	}
	if pending {
		events = append(events, event{kind, strings.TrimSuffix(data, "\n")})
	}
	return events
}

var streams = []struct {
	name, text string
	want       []event
}{
	{"empty", "", nil},
	{"one", "data: a\n\n", []event{{"", "a"}}},
	{"no space", "data:a\n\n", []event{{"", "a"}}},
	{"two spaces keep one", "data:  a\n\n", []event{{"", " a"}}},
	{"typed", "event: error\ndata: x\n\n", []event{{"error", "x"}}},
	{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []event{{"", "a"}, {"", "b"}}},
	{"CR", "data: a\r\rdata: b\r\r", []event{{"", "a"}, {"", "b"}}},
	{"mixed ends", "data: a\r\n\ndata: b\n\r\n", []event{{"", "a"}, {"", "b"}}},
	{"comments", ": ping\n\n: OPENROUTER PROCESSING\n\ndata: a\n: in between\n\n", []event{{"", "a"}}},
	{"lines joined", "data: a\ndata: b\ndata\n\n", []event{{"", "a\nb\n"}}},
	{"id and retry pass", "id: 1\nretry: 10\nfoo: bar\ndata: a\n\n", []event{{"", "a"}}},
	{"byte order mark", "\ufeffdata: a\n\n", []event{{"", "a"}}},
	{"blank lines between", "data: a\n\n\n\n\ndata: b\n\n", []event{{"", "a"}, {"", "b"}}},
	{"cut after the line", "data: a\n\ndata: [DONE]\n", []event{{"", "a"}, {"", "[DONE]"}}},
	{"cut in the line", "data: a\n\ndata: {\"x", []event{{"", "a"}, {"", "{\"x"}}},
	{"colon in the value", "data: {\"a\":\"b: c\"}\n\n", []event{{"", "{\"a\":\"b: c\"}"}}},
	{"empty data", "data\n\n", []event{{"", ""}}},
}

func TestEventReader(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			if got := referenceEvents(c.text); !cmp.Equal(got, c.want) {
				t.Fatalf("the reference itself differs: %s", cmp.Diff(c.want, got))
			}
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"whole":    func(r io.Reader) io.Reader { return r },
				"one byte": iotest.OneByteReader,
				"half":     iotest.HalfReader,
				"data+err": iotest.DataErrReader,
			} {
				got, err := readEvents(wrap(strings.NewReader(c.text)))
				if err != nil || !cmp.Equal(got, c.want) {
					t.Errorf("%s: %v\n%s", name, err, cmp.Diff(c.want, got))
				}
			}
		})
	}
}

func TestEventReaderReturnsTheSourcesError(t *testing.T) {
	cut := errors.New("cut")
	for text, want := range map[string][]event{
		"data: a\n\ndata: b":       {{"", "a"}},
		"data: a\n\ndata: b\n":     {{"", "a"}, {"", "b"}},
		"data: a\n\ndata: b\nda":   {{"", "a"}, {"", "b"}},
		"data: a\n\ndata: b\n\nda": {{"", "a"}, {"", "b"}},
	} {
		got, err := readEvents(io.MultiReader(strings.NewReader(text), iotest.ErrReader(cut)))
		if !errors.Is(err, cut) || !cmp.Equal(got, want) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

func TestEventReaderTakesLongLines(t *testing.T) {
	long := strings.Repeat("x", 20<<20)
	got, err := readEvents(strings.NewReader("data: " + long + "\n\ndata: after\n\n"))
	if err != nil || len(got) != 2 || got[0].Data != long || got[1].Data != "after" {
		t.Errorf("read %d events, %v", len(got), err)
	}
}

// endless is a line that never ends; it counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

func TestEventReaderBoundsALine(t *testing.T) {
	src := new(endless)
	if _, err := readEvents(src); !errors.Is(err, wire.ErrEventTooLarge) {
		t.Fatalf("got %v", err)
	}
	if src.read > 4*wire.MaxEventSize {
		t.Errorf("read %d bytes of an endless line", src.read)
	}
}

func TestEventReaderBoundsAnEvent(t *testing.T) {
	line := "data: " + strings.Repeat("x", 1<<20) + "\n"
	text := strings.Repeat(line, wire.MaxEventSize>>20+1) + "\ndata: after\n\n"
	if got, err := readEvents(strings.NewReader(text)); !errors.Is(err, wire.ErrEventTooLarge) || len(got) != 0 {
		t.Errorf("got %d events, %v", len(got), err)
	}
}

// randomReader delivers its text in pieces of random size, now and then none.
type randomReader struct {
	text string
	rng  *rand.Rand
}

func (r *randomReader) Read(p []byte) (int, error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n := min(r.rng.IntN(7), len(p), len(r.text))
	copy(p, r.text[:n])
	r.text = r.text[n:]
	return n, nil
}

func FuzzEventReader(f *testing.F) {
	for _, c := range streams {
		f.Add([]byte(c.text), uint64(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		want := referenceEvents(string(text))
		for _, src := range []io.Reader{
			bytes.NewReader(text),
			&randomReader{string(text), rand.New(rand.NewPCG(seed, 0))},
		} {
			if got, err := readEvents(src); err != nil || !cmp.Equal(got, want) {
				t.Fatalf("%v\n%s", err, cmp.Diff(want, got))
			}
		}
	})
}

func TestPeekTellsAStreamFromABody(t *testing.T) {
	for text, want := range map[string]byte{"": 0, " \r\n": 0, "data: a\n\n": 'd', "\n\n: hi\n": ':', " \n{\"a\":1}": '{', "<html>": '<'} {
		r := wire.NewEventReader(iotest.OneByteReader(strings.NewReader(text)))
		if got := r.Peek(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		rest, err := io.ReadAll(io.MultiReader(bytes.NewReader(r.Buffered())))
		if err != nil || !strings.HasPrefix(text, string(rest)) {
			t.Errorf("%q: buffered %q, %v", text, rest, err)
		}
		r.Close()
	}
	got, err := func() ([]event, error) {
		r := wire.NewEventReader(strings.NewReader("\n\ndata: a\n\n"))
		defer r.Close()
		r.Peek()
		e, err := r.Next()
		return []event{{string(e.Type), string(e.Data)}}, err
	}()
	if err != nil || !cmp.Equal(got, []event{{"", "a"}}) {
		t.Errorf("after Peek: %v, %v", got, err)
	}
}
