package bulk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/collector"
	"github.com/seed63918563/llmgate/internal/cputime"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

const workerEnv = "LLMGATE_BULK_WORKER"

// worker does one part of the work on many items, as a process of its own, with a model that answers at once.
type worker struct {
	Part   string
	Folder string
	Items  int
	Flight int
	Order  bulk.Order
}

// took is what a part came to, and what its process took for it.
type took struct {
	Done, Before int
	Elapsed, CPU time.Duration
	Peak         int // of memory, in bytes
}

func (r took) String() string {
	return fmt.Sprintf("%.2f s, %.2f s of CPU, peak of %d MB", r.Elapsed.Seconds(), r.CPU.Seconds(), r.Peak/1e6)
}

func (w *worker) output() string { return filepath.Join(w.Folder, "out.jsonl") }

// does lets a process do a part.
func (w *worker) does(t *testing.T, part string) (r took) {
	t.Helper()
	w.Part = part
	order, err := json.Marshal(w)
	check(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), workerEnv+"="+string(order)), os.Stderr
	out, err := cmd.Output()
	check(t, err)
	check(t, json.Unmarshal(out, &r))
	return r
}

// work is that process.
func work(order string) int {
	var w worker
	var r took
	err := json.Unmarshal([]byte(order), &w)
	start := time.Now()
	defer collector.Bound()() // as the command has it
	if err == nil {
		err = w.part(context.Background(), &r)
	}
	if err == nil {
		r.Elapsed = time.Since(start)
		r.measure()
		err = json.NewEncoder(os.Stdout).Encode(r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// measure asks the system what the process took, as far as it says.
func (r *took) measure() {
	r.CPU, _ = cputime.Used()
	text, _ := os.ReadFile("/proc/self/status") // which is Linux's alone
	_, peak, _ := strings.Cut(string(text), "VmHWM:")
	peak, _, _ = strings.Cut(peak, " kB")
	r.Peak, _ = strconv.Atoi(strings.TrimSpace(peak))
	r.Peak *= 1024
}

func (w *worker) part(ctx context.Context, r *took) error {
	switch w.Part {
	case "call":
		return w.call(ctx, r)
	case "run":
		return w.run(ctx, r)
	case "open":
		return w.open(ctx, r)
	}
	return w.plan(r)
}

// call sends the items through a dispatcher that remembers nothing.
func (w *worker) call(ctx context.Context, r *took) error {
	books, err := ledger.New(ctx, ledger.Config{})
	if err != nil {
		return err
	}
	defer books.Close()
	d, err := w.dispatcher(books)
	if err != nil {
		return err
	}
	src, err := w.source()
	if err != nil {
		return err
	}
	jobs := func(yield func(dispatcher.Job) bool) {
		for item, err := range src.Items() {
			if err != nil || !yield(dispatcher.Job{ID: item.ID, Request: item.Request}) {
				return
			}
		}
	}
	for outcome := range d.Run(ctx, jobs, dispatcher.RunOptions{InFlight: w.Flight, Order: dispatcher.Order(w.Order)}) {
		if outcome.Err != nil {
			return outcome.Err
		}
		r.Done++
	}
	return nil
}

// opened is the state of the output with its ledger, both to be closed.
func (w *worker) opened(ctx context.Context) (*bulk.State, *ledger.Ledger, error) {
	state, err := bulk.Open(ctx, w.output())
	if err != nil {
		return nil, nil, err
	}
	books, err := ledger.New(ctx, ledger.Config{Store: state.Store()})
	if err != nil {
		return nil, nil, errors.Join(err, state.Close())
	}
	return state, books, nil
}

// run is a job.
func (w *worker) run(ctx context.Context, r *took) error {
	state, books, err := w.opened(ctx)
	if err != nil {
		return err
	}
	defer state.Close()
	defer books.Close()
	d, err := w.dispatcher(books)
	if err != nil {
		return err
	}
	src, err := w.source()
	if err != nil {
		return err
	}
	job, err := state.Job(bulk.JobConfig{
		Dispatcher: d, Ledger: books, Items: src.Items(), Model: killModel, Concurrency: w.Flight, Order: w.Order,
	})
	if err != nil {
		return err
	}
	sum, err := job.Run(ctx)
	r.Done, r.Before = sum.Answered, sum.EarlierAnswered
	return err
}

// open reads a state, as a run that goes on does before it begins.
func (w *worker) open(ctx context.Context, r *took) error {
	state, books, err := w.opened(ctx)
	if err != nil {
		return err
	}
	defer state.Close()
	for _, row := range books.Summary() {
		r.Before = int(row.Calls)
	}
	return books.Close()
}

func (w *worker) plan(r *took) error {
	src, err := w.source()
	if err != nil {
		return err
	}
	p, err := bulk.NewPlan(bulk.PlanConfig{Items: src.Items(), Provider: "openai", Model: killModel, At: time.Now()})
	r.Done = p.ToSend
	return err
}

func (w *worker) source() (*source.Source, error) {
	return source.Open(source.Config{Reader: &questions{n: w.Items}, Format: source.FormatJSONL, Provider: "openai"})
}

func (w *worker) dispatcher(books *ledger.Ledger) (*dispatcher.Dispatcher, error) {
	return dispatcher.New(dispatcher.Config{
		Targets: []dispatcher.Target{{Client: quick{}, Provider: "openai", Model: killModel, MaxInFlight: w.Flight}}, Ledger: books,
	})
}

// questions is a file of n different ones that is nowhere in memory.
type questions struct {
	n, given int
	rest     []byte
}

func (q *questions) Read(p []byte) (int, error) {
	if len(q.rest) == 0 {
		if q.given == q.n {
			return 0, io.EOF
		}
		q.rest = fmt.Appendf(q.rest[:0], `{"id":"item-%d","prompt":"What is %d in words, and why?","max_tokens":200}`+"\n", q.given, q.given)
		q.given++
	}
	n := copy(p, q.rest)
	q.rest = q.rest[n:]
	return n, nil
}

// quick is a model that answers after a moment, so that as many calls are under way as may be.
type quick struct{ request.Client }

func (quick) Complete(_ context.Context, req request.Request) (*request.Response, error) {
	time.Sleep(20 * time.Millisecond)
	text := "It is a number: " + req.Messages[0].Content
	resp := &request.Response{
		ID: "chatcmpl-123", Provider: "openai", Model: killModel, Content: text, Parts: []request.Part{request.TextPart{Text: text}},
		FinishReason: request.FinishStop,
	}
	resp.Usage = request.Usage{InputTokens: 20, OutputTokens: 30, Reported: true}
	return resp, nil
}

func (quick) Capabilities(string) request.Capabilities { return request.Capabilities{} }

// expect holds the output against the items: each of them has one line, in their order where that was asked for.
func (w *worker) expect(t *testing.T) {
	t.Helper()
	file, err := os.Open(w.output())
	check(t, err)
	defer file.Close()
	seen := make([]bool, w.Items)
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		id, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), `{"id":"item-`), `"`)
		i, err := strconv.Atoi(id)
		if err != nil || i >= w.Items || seen[i] || w.Order == bulk.Input && i != n {
			t.Fatalf("line %d is wrong there: %s", n+1, lines.Text())
		}
		seen[i] = true
	}
	if n != w.Items {
		t.Errorf("%d lines of %d items", n, w.Items)
	}
}
