package wire

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func bodyOf(text string) *body {
	b := GetBuffer()
	b.B = append(b.B, text...)
	return newBody(b)
}

func TestBodyIsReadFromTheStartByEachReader(t *testing.T) {
	b := bodyOf("question")
	defer b.release()
	replay, err := b.open()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range []io.ReadCloser{&b.first, replay} {
		got, err := io.ReadAll(r)
		if err != nil || string(got) != "question" {
			t.Errorf("reader %d read %q, %v", i, got, err)
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Errorf("closing reader %d twice: %v", i, err)
		}
	}
}

// A transport may close its reader twice, or read on while the sender is done: the buffer must not be in use by another
// call then.
func TestBodyKeepsItsBufferUntilAllAreDone(t *testing.T) {
	b := bodyOf("question")
	b.release()
	if b.buffer.B == nil || b.users.Load() != 1 {
		t.Fatalf("the buffer went with %d users left", b.users.Load())
	}
	got, err := io.ReadAll(&b.first)
	if err != nil || string(got) != "question" {
		t.Errorf("after the sender was done: %q, %v", got, err)
	}
	b.first.Close()
	b.first.Close()
	if n := b.users.Load(); n != 0 {
		t.Errorf("%d users after the last", n)
	}
	if _, err := b.first.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("reading after Close: %v", err)
	}
	if r, err := b.open(); err == nil {
		t.Errorf("a reader of a buffer that may be another call's: %v", r)
	}
}

func TestHugeBuffersAreNotPooled(t *testing.T) {
	b := &Buffer{B: []byte(strings.Repeat("x", maxPooled+1))}
	b.Free()
	if len(b.B) == 0 {
		t.Error("a huge buffer was kept for reuse")
	}
}

func TestWhatIsShortMovesToAShortBuffer(t *testing.T) {
	for _, size := range []int{0, 1, short, short + 1, 9 * short} {
		b, text := GetBuffer(), strings.Repeat("x", size)
		b.B = append(b.B, text...)
		fitted := b.fit()
		if string(fitted.B) != text || (cap(fitted.B) == short) != (size <= short) {
			t.Errorf("%d bytes became %d in room for %d", size, len(fitted.B), cap(fitted.B))
		}
		fitted.Free()
	}
}
