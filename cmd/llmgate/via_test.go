package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A Batch file runs unchanged online and through the batch API, and its results have the same IDs.
func TestABatchFileRunsEitherWay(t *testing.T) {
	path := file(t,
		`{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-nobody","messages":[{"role":"user","content":"x"}]}}`,
		`{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-nobody","messages":[{"role":"user","content":"y"}]}}`)
	for _, order := range []string{"completion", "input"} {
		inBubble(t, func(t *testing.T, s *session) {
			online, batch := filepath.Join(t.TempDir(), "online"), filepath.Join(t.TempDir(), "batch")
			s.expect(t, exitOK, "run", path, "-o", online, "--order", order)
			s.expect(t, exitOK, "run", path, "-o", batch, "--order", order, "--via", "batch")
			var ids [2][]string
			for i, out := range []string{online, batch} {
				for _, line := range objects(t, contents(t, out)) {
					if response, _ := line["response"].(map[string]any); response["status_code"] != 200.0 {
						t.Errorf("%s: %v", out, line)
					}
					ids[i] = append(ids[i], line["custom_id"].(string))
				}
				slices.Sort(ids[i])
			}
			if !slices.Equal(ids[0], []string{"a", "b"}) || !slices.Equal(ids[0], ids[1]) {
				t.Errorf("online %v, via batch %v", ids[0], ids[1])
			}
		})
	}
}

func TestWhatDoesNotGoViaBatch(t *testing.T) {
	for flags, want := range map[string]string{
		"--via post":                           `--via "post"`,
		"--via batch":                          "needs -o OUT",
		"--via batch -o OUT --check x":         "--schema and --check ask again",
		"--via batch -o OUT -m sim/a -m sim/b": "takes one model",
	} {
		s := newSession()
		out := filepath.Join(t.TempDir(), "out")
		s.expect(t, exitUsage, append([]string{"run", file(t, `{"prompt":"x"}`)}, strings.Fields(strings.ReplaceAll(flags, "OUT", out))...)...)
		if !strings.Contains(s.err.String(), want) {
			t.Errorf("%s: %s", flags, s.err.String())
		}
		nothingLeft(t, out)
	}
}
