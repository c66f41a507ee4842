package main

import (
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

// report tells how a run goes: failures as they come, how it stands, and a summary.
type report struct {
	w     io.Writer
	quiet bool
	live  bool // a person sees it, and nothing else writes to the screen
	gate  *opened
	run   interface{ InFlight() int }
	start time.Time
	total int        // of the items, 0 if it is not known
	width func() int // of the screen, 0 if it is not known

	// Of a run with a state: how it stands, and what the summary says besides.
	job  *bulk.Job
	kept []string

	mu       sync.Mutex
	answered int
	failures int
	classes  map[request.Class]int
	usage    request.Usage
	spent    request.Money       // what answers with a price cost
	free     int64               // answers without a price
	refusal  *ledger.BudgetError // the last one by a budget that is used up
	unpriced bool                // a budget refused what nobody can price
	shown    bool                // a line of progress is on the screen

	stop chan struct{}
	wait sync.WaitGroup
}

// newReport is one that nobody is told of yet.
func (a *app) newReport(gate *opened, quiet bool, run interface{ InFlight() int }) *report {
	return &report{
		w: a.err, quiet: quiet, gate: gate, run: run, start: time.Now(), classes: map[request.Class]int{}, stop: make(chan struct{}),
		width: func() int { return widthOf(a.err) },
	}
}

// begin begins to tell, with results going to a writer: in a line that changes where a person watches, in a line from time to time
// where the messages go elsewhere. End it.
func (r *report) begin(results io.Writer) {
	screen := isTerminal(r.w)
	switch {
	case r.quiet:
		return
	case screen && !isTerminal(results):
		r.live = true
		r.wait.Go(r.watch)
	case !screen:
		r.wait.Go(r.tell)
	}
	r.gate.notices.tell(r.note)
}

// add counts a result, and tells of a failure.
func (r *report) add(result *bulk.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if result.Err == nil {
		r.answered++
		r.usage = r.usage.Add(result.Response.Usage)
		if result.Response.Usage.Priced {
			r.spent += result.Response.Usage.Cost
		} else {
			r.free++
		}
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
