package source_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bulk/source"
)

func TestLineOf50MB(t *testing.T) {
	const size = 50 << 20
	mega := strings.Repeat("x", 1<<20)
	for format, text := range map[source.Format]io.Reader{
		source.FormatJSONL: io.MultiReader(strings.NewReader(`{"prompt":"`), &repeated{text: mega, n: 50}, strings.NewReader(`"}`+"\n"+aSimple)),
		source.FormatCSV:   io.MultiReader(strings.NewReader("prompt,id\n\""), &repeated{text: mega, n: 50}, strings.NewReader("\",\nx,a\n")),
	} {
		items, err := collect(t, open(t, text, source.Config{Path: "in", Format: format}))
		if err != nil || len(items) != 2 || items[0].Err != nil || items[1].Err != nil {
			t.Fatalf("%s: got %v, %v", format, brief(items), err)
		}
		if n := len(items[0].Request.Messages[0].Content); n != size || items[0].Raw != nil || items[1].Raw == nil {
			t.Errorf("%s: a question of %d bytes, with an original of %d and then of %d", format, n, len(items[0].Raw), len(items[1].Raw))
		}
	}
}

// numberedLines gives lines that differ in their number.
type numberedLines struct {
	format string
	n, of  int
	rest   []byte
}

func (r *numberedLines) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.n == r.of {
			return 0, io.EOF
		}
		r.n++
		r.rest = fmt.Appendf(r.rest[:0], r.format, r.n)
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const items, slack = 30_000, 1 << 20
	for format, line := range map[source.Format]string{
		source.FormatJSONL: `{"id":"item-%d","prompt":"Why is the sky blue?"}` + "\n",
		source.FormatCSV:   "item-%d,Why is the sky blue?\n",
		source.FormatText:  "Why is the sky %d times blue?\n",
		source.FormatJSON:  `{"id":"item-%d","conversations":[{"from":"human","value":"Why?"}]},` + "\n",
	} {
		text := io.Reader(&numberedLines{format: line, of: items})
		switch format {
		case source.FormatCSV:
			text = io.MultiReader(strings.NewReader("id,prompt\n"), text)
		case source.FormatJSON:
			text = io.MultiReader(strings.NewReader("[ "), text, strings.NewReader(`{"id":"last","prompt":"?"}]`))
		}
		s := open(t, text, source.Config{Path: "in", Format: format, AllowDuplicates: true})
		early, late, n := uint64(0), uint64(0), 0
		for item, err := range s.Items() {
			if err != nil || item.Err != nil {
				t.Fatal(err, item.Err)
			}
			switch n++; n {
			case items / 10:
				early = liveHeap()
			case items / 10 * 9:
				late = liveHeap()
			}
		}
		if n < items || late > early+slack {
			t.Errorf("%s: %d items; %d bytes were live after a tenth and %d after nine tenths", format, n, early, late)
		}
	}
}

// The IDs of a million items are to take 30 MB or so.
func TestMemoryOfIDsIsBounded(t *testing.T) {
	const items, most = 60_000, 50 // bytes
	s := open(t, &numberedLines{format: `{"id":"a long identifier, such as a path or an address: %064d","prompt":"x"}` + "\n", of: items}, source.Config{})
	before, n := liveHeap(), 0
	for item, err := range s.Items() {
		if n++; err != nil || item.Err != nil {
			t.Fatal(err, item.Err)
		}
	}
	after := liveHeap()
	if n != items || after > before+items*most {
		t.Errorf("%d items; %d bytes were live before and %d after", n, before, after)
	}
	runtime.KeepAlive(s)
}

func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestItemsCostFewAllocations(t *testing.T) {
	const runs = 1000
	for name, test := range map[string]struct {
		cfg  source.Config
		line string
		most float64
	}{
		"simple": {source.Config{}, `{"id":"item-%d","prompt":"Why?"}` + "\n", 20},
		"row":    {source.Config{Prompt: "Say: {{.text}}"}, `{"id":"item-%d","text":"Why?"}` + "\n", 20},
		"text":   {source.Config{Format: source.FormatText}, "Why %d?\n", 20},
		"batch":  {source.Config{}, `{"custom_id":"item-%d","body":{"messages":[{"role":"user","content":"x"}]}}` + "\n", 25},
	} {
		test.cfg.AllowDuplicates = true
		s := open(t, &numberedLines{format: test.line, of: runs + 10}, test.cfg)
		got := testing.AllocsPerRun(runs, func() {
			for item, err := range s.Items() {
				if err != nil || item.Err != nil {
					t.Fatal(err, item.Err)
				}
				break
			}
		})
		if got > test.most+2 { // two for the loop and for what makes the lines
			t.Errorf("%s: %v allocations an item, at most %v", name, got, test.most)
		}
	}
}
