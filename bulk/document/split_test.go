package document_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/internal/words"
)

func TestSplitPrefersGoodPlaces(t *testing.T) {
	sentence := "one two three four five. "
	paragraph := strings.TrimRight(strings.Repeat(sentence, 3), " ") + "\n\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none":       {"", nil},
		"short":      {"just this", []string{"just this"}},
		"paragraphs": {paragraph + paragraph, []string{paragraph, paragraph}},
		"sentences":  {strings.Repeat(sentence, 6), []string{strings.Repeat(sentence, 3), strings.Repeat(sentence, 3)}},
		"lines":      {strings.Repeat("word\n", 15), []string{strings.Repeat("word\n", 10), strings.Repeat("word\n", 5)}},
		"indented":   {strings.Repeat("a b c d e\n  ", 4), []string{"a b c d e\n  a b c d e\n  a b c d e\n", "  a b c d e\n  "}},
	} {
		got, err := document.Splitter{ChunkTokens: 20}.SplitText(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSplitterFaults(t *testing.T) {
	for _, s := range []document.Splitter{{}, {ChunkTokens: 15}, {ChunkTokens: 100, OverlapTokens: 51}, {ChunkTokens: 100, OverlapTokens: -1}} {
		if _, err := s.SplitText("text"); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}

// texts are of everything that tokens are counted by.
var texts = rapid.StringOfN(rapid.RuneFrom([]rune("aaaaaaaaaaaaaz  \n\t..!?09{}-é漢字。ЖЖЖ\u00a0")), 0, 3000, -1)

func splitters(t *rapid.T) document.Splitter {
	size := rapid.IntRange(document.MinChunkTokens, 200).Draw(t, "chunk")
	return document.Splitter{ChunkTokens: size, OverlapTokens: rapid.IntRange(0, size/2).Draw(t, "overlap")}
}

func TestSplitKeepsAllOfTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		if rapid.Bool().Draw(t, "spaces") {
			text = strings.ReplaceAll(text, "a", "          ")
		}
		checkSplit(t, splitters(t), text)
	})
}

// failer is what tests and properties have in common.
type failer interface {
	Fatalf(format string, args ...any)
}

// checkSplit holds the chunks against the text: each within its size and begun within the one before, by no more than the
// overlap and no less than half of it, a word aside; together all of the text.
func checkSplit(t failer, s document.Splitter, text string) {
	chunks, err := s.SplitText(text)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	end := 0
	for i, chunk := range chunks {
		if n := tokens.Text(chunk); n > s.ChunkTokens || chunk == "" {
			t.Fatalf("chunk %d has %d tokens, more than %d", i, n, s.ChunkTokens)
		}
		begin := offset(text, chunk)
		if begin < 0 || begin > end || begin+len(chunk) <= end {
			t.Fatalf("chunk %d begins at %d, where the one before ends at %d", i, begin, end)
		}
		repeated := tokens.Text(text[begin:end])
		if repeated > s.OverlapTokens || i > 0 && repeated+document.MinChunkTokens < s.OverlapTokens/2 {
			t.Fatalf("chunk %d repeats %d tokens, of %d", i, repeated, s.OverlapTokens)
		}
		end = begin + len(chunk)
	}
	if end != len(text) || s.OverlapTokens == 0 && strings.Join(chunks, "") != text {
		t.Fatalf("the chunks, up to %d, are not the text, of %d", end, len(text))
	}
}

// offset is where a chunk lies in the text that it is a piece of; equal pieces are told apart by where they are in memory.
func offset(text, chunk string) int {
	return int(uintptr(unsafe.Pointer(unsafe.StringData(chunk))) - uintptr(unsafe.Pointer(unsafe.StringData(text))))
}

func FuzzSplit(f *testing.F) {
	f.Add("one two\n\nthree", 16, 4)
	f.Add(strings.Repeat(" ", 300)+"\xff\xfe", 20, 10)
	f.Add(strings.Repeat("a1", 300), 16, 0)
	f.Fuzz(func(t *testing.T, text string, chunk, overlap int) {
		s := document.Splitter{ChunkTokens: 16 + abs(chunk)%100}
		s.OverlapTokens = abs(overlap) % (s.ChunkTokens/2 + 1)
		checkSplit(t, s, text)
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

// BenchmarkSplit splits 10 MB: of words in lines, and of one word without end.
func BenchmarkSplit(b *testing.B) {
	line := strings.Join(words.List[:20], " ") + "\n"
	for name, text := range map[string]string{
		"words": strings.Repeat(line, 10_000_000/len(line)), "endless": strings.Repeat("abcdefghij", 1_000_000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (document.Splitter{ChunkTokens: 4000, OverlapTokens: 400}).SplitText(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
