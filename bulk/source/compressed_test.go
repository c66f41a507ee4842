package source_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/seed63918563/llmgate/bulk/source"
)

var compressions = map[string]func(t *testing.T, text string) []byte{
	"gz":  gzipped,
	"zst": zstded,
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCompressedFilesAreRead(t *testing.T) {
	for ending, compress := range compressions {
		for name, text := range map[string]string{
			"in.jsonl." + ending: "\ufeff" + aSimple, "in.csv." + ending: "id,prompt\na,x\n", "in": aSimple, "in.json." + ending: "[" + aSimple + "]",
			"misnamed.jsonl": aSimple + "\n",
		} {
			items, err := collect(t, open(t, bytes.NewReader(compress(t, text)), source.Config{Path: name}))
			if err != nil || len(items) != 1 || items[0].ID != "a" || items[0].Request.Messages[0].Content != "x" {
				t.Errorf("%s: got %v, %v", name, brief(items), err)
			}
		}
	}
}

// What is left of a file that was cut is read, and the error names the line on which that ends.
func TestCompressedFilesThatAreCut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for range 9_000 {
		fmt.Fprintf(&text, `{"prompt":"%x"}`+"\n", random.Uint64())
	}
	for ending, compress := range compressions {
		whole := compress(t, text.String())
		for part := 1; part <= 8; part++ {
			items, err := collect(t, open(t, bytes.NewReader(whole[:len(whole)*part/8-4*(part/8)]), source.Config{Path: "in.jsonl." + ending}))
			where, ok := errors.AsType[*source.LineError](err)
			if !ok || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "data ends early; the lines before are read") {
				t.Fatalf("%s, %d eighths: got %v", ending, part, err)
			}
			if where.Line != len(items)+1 && (where.Line != 0 || len(items) > 0) || part == 7 && len(items) == 0 {
				t.Errorf("%s, %d eighths: %d items came, and %v", ending, part, len(items), err)
			}
			for _, item := range items {
				if item.Err != nil {
					t.Errorf("%s, %d eighths: half a line is no item: %v", ending, part, item.Err)
				}
			}
		}
	}
}

func TestCompressedFilesThatAreDamaged(t *testing.T) {
	for ending, compress := range compressions {
		text := compress(t, strings.Repeat(aSimple+"\n", 100))
		text[len(text)-3] ^= 0xff // in what the content is checked by
		_, err := collect(t, open(t, bytes.NewReader(text), source.Config{Path: "in.jsonl." + ending, AllowDuplicates: true}))
		if err == nil || !strings.Contains(err.Error(), "data is damaged; the lines before are read") {
			t.Errorf("%s: got %v", ending, err)
		}
		twice := compress(t, string(compress(t, aSimple)))
		if _, err := collect(t, open(t, bytes.NewReader(twice), source.Config{Path: "in.jsonl"})); err == nil || !strings.Contains(err.Error(), "compressed once more") {
			t.Errorf("%s: got %v", ending, err)
		}
	}
}
