package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

// maxFailures is how many failures are told one by one.
const maxFailures = 10

// report tells how a run goes: failures as they come, a line of progress where somebody watches, and a summary.
type report struct {
	w     io.Writer
	quiet bool
	live  bool // a person sees it, and nothing else writes to the screen
	gate  *opened
	run   interface{ InFlight() int }
	start time.Time

	// Of a run with a state: how it stands, and what the summary says besides.
	job  *bulk.Job
	json io.Writer // gets events; nil for none
	kept []string

	mu       sync.Mutex
	answered int
	failures int
	classes  map[request.Class]int
	usage    request.Usage
	refusal  *ledger.BudgetError // the last one by a budget that is used up
	unpriced bool                // a budget refused what nobody can price
	shown    bool                // a line of progress is on the screen

	stop chan struct{}
	wait sync.WaitGroup
}

// startReport begins to tell. End it.
func (a *app) startReport(gate *opened, quiet bool, out *output, run interface{ InFlight() int }) *report {
	r := &report{
		w: a.err, quiet: quiet, live: !quiet && isTerminal(a.err) && !isTerminal(out.w), gate: gate, run: run,
		start: time.Now(), classes: map[request.Class]int{}, stop: make(chan struct{}),
	}
	if r.live {
		r.wait.Go(r.watch)
	}
	if !quiet {
		gate.notices.tell(r.note)
	}
	return r
}

// startKept is startReport for a run with a state. Where nobody watches it tells how things stand from time to time.
func (a *app) startKept(gate *opened, f *runFlags, job *bulk.Job) *report {
	r := a.startReport(gate, f.quiet || f.asJSON, &output{w: io.Discard}, job)
	r.job = job
	if f.asJSON {
		r.json = a.out
	}
	if !f.quiet && !r.live {
		r.wait.Go(r.tell)
	}
	return r
}

// tellEvery is the time between lines about progress where nobody watches, and between events.
const tellEvery = 10 * time.Second

func (r *report) tell() {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if r.json != nil {
				r.event("progress", r.job.Snapshot(), "")
				continue
			}
			line := r.progress()
			r.mu.Lock()
			fmt.Fprintln(r.w, line)
			r.mu.Unlock()
		case <-r.stop:
			return
		}
	}
}

// event writes a line of JSON about how things stand.
func (r *report) event(name string, s bulk.Snapshot, stopped string) {
	if r.json == nil {
		return
	}
	e := json.NewEncoder(r.json)
	_ = e.Encode(struct { // nobody is left to tell, if that fails
		Event string `json:"event"`
		bulk.Snapshot
		Stopped string `json:"stopped,omitempty"`
	}{name, s, stopped})
}

func (r *report) watch() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			line := r.progress()
			r.mu.Lock()
			r.clear()
			fmt.Fprint(r.w, line)
			r.shown = true
			r.mu.Unlock()
		case <-r.stop:
			return
		}
	}
}

// clear takes the line of progress off the screen.
func (r *report) clear() {
	if r.shown {
		fmt.Fprint(r.w, "\r\033[K")
		r.shown = false
	}
}

func (r *report) progress() string {
	if r.job != nil {
		return progressText(r.job.Snapshot())
	}
	elapsed := time.Since(r.start)
	answered, failures := r.counts()
	done := answered + failures
	return fmt.Sprintf("%s done, %d failed, %d in flight, %.1f/s, %s", grouped(done), failures, r.run.InFlight(),
		perSecond(done, elapsed), elapsed.Round(time.Second))
}

// progressText is how a run with a state stands, on one line.
func progressText(s bulk.Snapshot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s done, %d failed, %d in flight", grouped(s.Done()), s.Failed+s.EarlierFailed, s.InFlight)
	if n, known := s.Pending(); known {
		fmt.Fprintf(&b, ", %s pending", grouped(n))
	}
	fmt.Fprintf(&b, ", %.1f/s, %v", s.Rate, s.Spent)
	if cost, known := s.Projected(); known {
		fmt.Fprintf(&b, " of about %v", cost)
	}
	if s.LimitUsed > 0 {
		fmt.Fprintf(&b, ", %.0f %% of the limit", 100*s.LimitUsed)
	}
	if left, known := s.ETA(); known {
		fmt.Fprintf(&b, ", %s left", left.Round(time.Second))
	}
	if s.Waiting != "" {
		fmt.Fprintf(&b, "; %s", s.Waiting)
	}
	return b.String()
}

// add counts a result, and tells of a failure.
func (r *report) add(result *bulk.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if result.Err == nil {
		r.answered++
		r.usage = r.usage.Add(result.Response.Usage)
		return
	}
	r.failures++
	if e, ok := errors.AsType[*request.Error](result.Err); ok && e.MaybeBilled && e.Partial != nil {
		r.usage = r.usage.Add(e.Partial.Usage)
	}
	r.classes[result.Class()]++
	if refusal := usedUp(result.Err); refusal != nil {
		r.refusal = refusal
	}
	r.unpriced = r.unpriced || errors.Is(result.Err, ledger.ErrUnpriced)
	if r.quiet || r.failures > maxFailures+1 {
		return
	}
	r.clear()
	switch {
	case r.failures > maxFailures:
		fmt.Fprintln(r.w, "llmgate: further failures are in the results only")
	case result.Item.Err != nil:
		fmt.Fprintln(r.w, "llmgate:", result.Err)
	default:
		fmt.Fprintf(r.w, "llmgate: item %s: %v\n", result.Item.ID, result.Err)
	}
}

// note writes a line that is about no item.
func (r *report) note(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clear()
	fmt.Fprintln(r.w, line)
}

func (r *report) counts() (answered, failures int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.answered, r.failures
}

// end stops the line of progress and writes the summary.
func (r *report) end() {
	close(r.stop)
	r.wait.Wait()
	r.clear()
	if !r.quiet {
		fmt.Fprintln(r.w, r.summary())
	}
}

func (r *report) summary() string {
	elapsed := time.Since(r.start)
	var b strings.Builder
	fmt.Fprintf(&b, "%s answered, %s failed", grouped(r.answered), grouped(r.failures))
	if len(r.classes) > 0 {
		fmt.Fprintf(&b, " (%s)", r.classList())
	}
	fmt.Fprintf(&b, " in %s (%.1f/s) by %s", elapsed.Round(time.Millisecond), perSecond(r.answered, elapsed), r.gate.names)
	fmt.Fprintf(&b, "\n%s tokens in, %s out", grouped(r.usage.PromptTokens()), grouped(r.usage.OutputTokens))
	if r.usage.Estimated {
		b.WriteString(" (partly estimated)")
	}
	if r.usage.Priced {
		fmt.Fprintf(&b, ", %v", r.usage.Cost)
	}
	if r.refusal != nil {
		b.WriteString("\n" + remainder(r.refusal, r.gate.Ledger()))
	}
	if r.unpriced {
		b.WriteString("\n" + unpriced)
	}
	if r.gate.standIn && r.answered > 0 {
		b.WriteString("\nThe built-in simulator answered, with made-up text. For real answers add --model, such as --model openai/gpt-5-mini.")
	}
	for _, line := range r.kept {
		b.WriteString("\n" + line)
	}
	return b.String()
}

func perSecond(n int, elapsed time.Duration) float64 {
	return float64(n) / max(elapsed, time.Millisecond).Seconds()
}

func (r *report) classList() string {
	var list []string
	for _, class := range slices.Sorted(maps.Keys(r.classes)) {
		list = append(list, fmt.Sprintf("%s %d", class, r.classes[class]))
	}
	return strings.Join(list, ", ")
}

// grouped writes a number with a comma at every third digit.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
