package bulk_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/store"
)

// Whatever becomes of an output, another run makes it what it was, and pays nothing.
func TestDamagedOutputsAreRepaired(t *testing.T) {
	for _, order := range []bulk.Order{bulk.Completion, bulk.Input} {
		t.Run(string(order), func(t *testing.T) {
			d := newDesk(t, three+`{"id":"bad","prompt":7}`)
			d.cfg.Order, d.cfg.Concurrency = order, 1
			d.must()
			d.paid()
			for _, path := range []string{d.output, d.output + bulk.FailuresSuffix} {
				whole, err := os.ReadFile(path)
				check(t, err)
				for name, damaged := range damages(whole) {
					check(t, os.WriteFile(path, damaged, 0o600))
					sum := d.must()
					got, err := os.ReadFile(path)
					check(t, err)
					if !bytes.Equal(got, whole) || d.paid() != 0 {
						t.Fatalf("%s %s: %q became %q, want %q", path, name, damaged, got, whole)
					}
					told := slices.Contains(sum.Repaired, path)
					if lost := bytes.HasPrefix(whole, damaged) && (len(damaged) == 0 || damaged[len(damaged)-1] == '\n'); !lost && !told {
						t.Errorf("%s %s: nobody is told that something else stood there", path, name)
					}
				}
				check(t, os.Remove(path))
				d.must()
				if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, whole) {
					t.Errorf("%s removed: %q, %v; want %q", path, got, err, whole)
				}
			}
		})
	}
}

// damages are some of what can happen to a file; TestAProjectionIsWhatItShouldBe has the rest.
func damages(whole []byte) map[string][]byte {
	return map[string][]byte{
		"more":  append(slices.Clone(whole), "{\"id\":\"forged\"}\n"...),
		"first": append([]byte("#"), whole[1:]...),
		"torn":  whole[:len(whole)-5],
		"empty": {},
	}
}

func TestAnOutputWithoutItsStateIsLeftAlone(t *testing.T) {
	d := newDesk(t, three)
	d.must()
	check(t, os.Remove(d.output+bulk.StateSuffix))
	want, err := os.ReadFile(d.output)
	check(t, err)
	d.paid()
	if _, err := d.run(); err == nil || d.paid() != 0 {
		t.Fatalf("it was run: %v", err)
	}
	if got, err := os.ReadFile(d.output); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the output is %q, %v", got, err)
	}
	d.cfg.Overwrite = true
	if sum := d.must(); d.paid() != 3 || len(d.results()) != 3 {
		t.Errorf("%+v, %v", sum.Snapshot, d.results())
	}
}

// An outcome whose name says nothing would be paid for a second time.
func TestAStateOfAnotherVersionIsRefused(t *testing.T) {
	s := store.NewMemory()
	check(t, s.Commit(t.Context(), &store.Batch{Record: store.Record{Outcomes: []store.Outcome{{Item: "of-another-version"}}}}))
	if _, err := bulk.NewState(t.Context(), s, "out.jsonl"); !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), "of-another-version") {
		t.Errorf("the state was opened with %v", err)
	}
}
