package pace_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/pace"
)

const mooncake = `{"timestamp": 3000, "input_length": 6755, "output_length": 500, "hash_ids": [0, 1, 2]}

{"timestamp": 1000, "input_length": 7319, "output_length": 490, "hash_ids": [0, 14]}
{"timestamp": 1000.5, "input_length": 1, "output_length": 0}
`

func TestReadMooncake(t *testing.T) {
	got, err := pace.ReadMooncake(strings.NewReader(mooncake))
	want := pace.Trace{
		{Input: 7319, Output: 490, Blocks: []uint64{0, 14}},
		{At: 500 * time.Microsecond, Input: 1},
		{At: 2 * time.Second, Input: 6755, Output: 500, Blocks: []uint64{0, 1, 2}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	fast := take(got.Schedule(4), 9)
	if len(fast) != 3 || fast[2].At != 500*time.Millisecond || got[2].At != 2*time.Second {
		t.Errorf("four times as fast: %v", fast)
	}
}

const azure = "\ufeffTIMESTAMP,ContextTokens,GeneratedTokens\n" +
	"2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319600,3180,8\n"

func TestReadAzure(t *testing.T) {
	got, err := pace.ReadAzure(strings.NewReader(azure))
	want := pace.Trace{{Input: 4808, Output: 10}, {At: 52 * time.Millisecond, Input: 3180, Output: 8}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	later := "GeneratedTokens,TIMESTAMP,ContextTokens\n5,2024-05-10 00:00:00.009930+00:00,2162\n"
	got, err = pace.ReadAzure(strings.NewReader(later))
	if diff := cmp.Diff(pace.Trace{{Input: 2162, Output: 5}}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestReadTraceError(t *testing.T) {
	for text, what := range map[string]string{
		"":    "no requests",
		"{}":  "line 1: timestamp, input_length and output_length",
		"\nx": "line 2: not a line of a Mooncake trace",
		`{"timestamp":-1,"input_length":1,"output_length":1}`:   "line 1: timestamp -1",
		`{"timestamp":1,"input_length":-1,"output_length":1}`:   "must be between 0 and",
		`{"timestamp":1e99,"input_length":1,"output_length":1}`: "milliseconds from 0 on",
	} {
		if _, err := pace.ReadMooncake(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v, want %q", text, err, what)
		}
	}
	const head = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
	for text, what := range map[string]string{
		"":                                "no header",
		"a,b\n":                           "no column TIMESTAMP",
		head:                              "no requests",
		head + "x,1,1\n":                  `line 2: TIMESTAMP "x"`,
		head + "2024-05-10 00:00:00,x,1":  `line 2: "x" is no count`,
		head + "2024-05-10 00:00:00,1\n":  "line 2",
		head + "2024-05-10 00:00:00,1,-1": "must be between",
		head + "2024-05-10 00:00:00,1,1\n2054-05-10 00:00:00,1,1": "line 3: TIMESTAMP 2054",
	} {
		if _, err := pace.ReadAzure(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v, want %q", text, err, what)
		}
	}
}

// What a reader accepts is a schedule: in order, from 0 on, with counts that make sense.
func checkTrace(t *testing.T, trace pace.Trace) {
	t.Helper()
	last := time.Duration(0)
	for i, a := range trace {
		if a.At < last || i == 0 && a.At != 0 || a.Input < 0 || a.Output < 0 {
			t.Fatalf("arrival %d: %+v after %v", i, a, last)
		}
		last = a.At
	}
}

func FuzzReadMooncake(f *testing.F) {
	f.Add(mooncake)
	f.Add(`{"timestamp":1e18,"input_length":1,"output_length":1,"hash_ids":[-1]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if trace, err := pace.ReadMooncake(strings.NewReader(text)); err == nil {
			checkTrace(t, trace)
		}
	})
}

func FuzzReadAzure(f *testing.F) {
	f.Add(azure)
	f.Add("TIMESTAMP,ContextTokens,GeneratedTokens\n0001-01-01 00:00:00,1,1\n9999-01-01 00:00:00,1,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		if trace, err := pace.ReadAzure(strings.NewReader(text)); err == nil {
			checkTrace(t, trace)
		}
	})
}
