package bulk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// desk runs jobs on one output, each as a program of its own would, over a provider that answers in capitals and counts.
type desk struct {
	t      *testing.T
	output string
	input  string
	model  string
	budget float64
	cfg    bulk.JobConfig
	answer func(text string) string
	open   func(context.Context) (*bulk.State, error)

	mu    sync.Mutex
	calls map[string]int
}

func newDesk(t *testing.T, input string) *desk {
	d := &desk{t: t, output: filepath.Join(t.TempDir(), "out.jsonl"), input: input, model: "openai/gpt-4o-mini", calls: map[string]int{}}
	d.answer = strings.ToUpper
	d.open = func(ctx context.Context) (*bulk.State, error) { return bulk.Open(ctx, d.output) }
	return d
}

func (d *desk) respond(p *sim.Prompt) *sim.Answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[p.Text]++
	return &sim.Answer{Text: d.answer(p.Text)}
}

// paid is how many calls there were since the last time.
func (d *desk) paid() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, calls := range d.calls {
		n += calls
	}
	clear(d.calls)
	return n
}

func (d *desk) run() (*bulk.Summary, error) {
	d.t.Helper()
	return d.runWith(d.t.Context())
}

func (d *desk) runWith(ctx context.Context) (*bulk.Summary, error) {
	d.t.Helper()
	simulator, err := sim.New(sim.Config{Respond: d.respond})
	check(d.t, err)
	state, err := d.open(ctx)
	check(d.t, err)
	defer func() { check(d.t, state.Close()) }()
	gate, err := llmgate.New(ctx, llmgate.Config{
		Models: []string{d.model}, Options: []llmgate.Option{llmgate.WithTransport(simulator.Transport()), llmgate.WithAPIKey("key")},
		Store: state.Store(), Budget: llmgate.Budget{TotalUSD: d.budget},
	})
	check(d.t, err)
	defer gate.Close()
	src, err := source.Open(source.Config{Reader: strings.NewReader(d.input), Path: "in.jsonl", Provider: "openai"})
	check(d.t, err)
	cfg := d.cfg
	cfg.Dispatcher, cfg.Ledger, cfg.Items, cfg.Model = gate.Dispatcher, gate.Ledger(), src.Items(), d.model
	job, err := state.Job(cfg)
	if err != nil {
		return nil, err
	}
	return job.Run(ctx)
}

// must runs a job that must go well.
func (d *desk) must() *bulk.Summary {
	d.t.Helper()
	sum, err := d.run()
	check(d.t, err)
	return sum
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// show gives "id content" of every line of the output, sorted by nothing.
func (d *desk) results() (lines []string) {
	d.t.Helper()
	text, err := os.ReadFile(d.output)
	check(d.t, err)
	for line := range strings.Lines(string(text)) {
		id, rest, _ := strings.Cut(strings.TrimPrefix(line, `{"id":"`), `","content":"`)
		content, _, _ := strings.Cut(rest, `"`)
		lines = append(lines, id+" "+content)
	}
	return lines
}

func (d *desk) failures() string {
	d.t.Helper()
	text, err := os.ReadFile(d.output + bulk.FailuresSuffix)
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	check(d.t, err)
	return string(text)
}

const three = `{"id":"a","prompt":"one"}
{"id":"b","prompt":"two"}
{"id":"c","prompt":"three"}
`

func TestASecondRunPaysNothing(t *testing.T) {
	for _, order := range []bulk.Order{bulk.Completion, bulk.Input} {
		t.Run(string(order), func(t *testing.T) {
			d := newDesk(t, three)
			d.cfg.Order, d.cfg.Concurrency = order, 1
			first := d.must()
			want := []string{"a ONE", "b TWO", "c THREE"}
			if diff := cmp.Diff(want, d.results()); diff != "" || d.paid() != 3 || first.Answered != 3 {
				t.Fatalf("the first run: %+v (-want +got):\n%s", first.Snapshot, diff)
			}
			before, err := os.ReadFile(d.output)
			check(t, err)
			second := d.must()
			after, err := os.ReadFile(d.output)
			check(t, err)
			if diff := cmp.Diff(before, after); diff != "" || d.paid() != 0 || second.EarlierAnswered != 3 || second.Answered != 0 || second.Repaired != nil {
				t.Fatalf("the second run: %+v, repaired %v (-before +after):\n%s", second.Snapshot, second.Repaired, diff)
			}
			if d.failures() != "" {
				t.Errorf("there are failures: %s", d.failures())
			}
		})
	}
}

func TestDuplicatesArePaidOnce(t *testing.T) {
	var input strings.Builder
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		input.WriteString(`{"id":"` + id + `","prompt":"the same"}` + "\n")
	}
	d := newDesk(t, input.String())
	sum := d.must()
	if n := d.paid(); n != 1 || sum.Answered != 5 || sum.Copied != 4 || len(d.results()) != 5 {
		t.Fatalf("%d calls; %+v; %v", n, sum.Snapshot, d.results())
	}
	d.input += `{"id":"late","prompt":"the same"}`
	if sum := d.must(); d.paid() != 0 || sum.Copied != 1 || len(d.results()) != 6 {
		t.Fatalf("a duplicate that came later: %+v; %v", sum.Snapshot, d.results())
	}
}

func TestAChangedPromptRunsItsItemsOnly(t *testing.T) {
	d := newDesk(t, three)
	d.cfg.Concurrency = 1
	d.must()
	d.paid()
	d.input = strings.Replace(three, "two", "zwei", 1)
	sum := d.must()
	if diff := cmp.Diff([]string{"a ONE", "c THREE", "b ZWEI"}, d.results()); diff != "" || d.paid() != 1 || sum.Superseded != 1 {
		t.Fatalf("%d superseded (-want +got):\n%s", sum.Superseded, diff)
	}
	d.input = three
	sum = d.must()
	if diff := cmp.Diff([]string{"a ONE", "c THREE", "b TWO"}, d.results()); diff != "" || d.paid() != 0 || sum.Superseded != 1 {
		t.Fatalf("with the old prompt again, which is paid for (-want +got):\n%s", diff)
	}
}

func TestFailuresHaveAFileOfTheirOwn(t *testing.T) {
	d := newDesk(t, `{"id":"a","prompt":"one"}
{"id":"b","prompt":["no text"]}
not JSON
`)
	sum := d.must()
	got := d.failures()
	for _, want := range []string{`{"id":"b","class":"invalid"`, `"item":{"id":"b","prompt":["no text"]}`, `"line":3`, `"item":"not JSON"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in the failures:\n%s", want, got)
		}
	}
	if diff := cmp.Diff([]string{"a ONE"}, d.results()); diff != "" || sum.Failed != 2 || sum.Classes[request.ClassInvalid] != 2 {
		t.Errorf("%+v (-want +got):\n%s", sum.Snapshot, diff)
	}
	d.input = three
	if sum = d.must(); d.failures() != "" || len(d.results()) != 3 || sum.EarlierAnswered != 1 {
		t.Errorf("with the items corrected: %+v, failures %q, results %v", sum.Snapshot, d.failures(), d.results())
	}
}
