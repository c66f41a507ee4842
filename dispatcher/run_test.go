package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// uneven answers numbers in a time that makes them overtake one another.
func uneven() *fake.Client {
	return fake.New(fake.Config{Rules: []fake.Rule{{Respond: func(r *request.Request) fake.Reply {
		n := 0
		_, _ = fmt.Sscan(r.Messages[0].Content, &n)
		return takes(time.Duration(n*7919%13+1) * time.Second)
	}}}})
}

func TestEveryJobHasOneResultInTheOrderAskedFor(t *testing.T) {
	for _, order := range []dispatcher.Order{dispatcher.Completion, dispatcher.Input} {
		synctest.Test(t, func(t *testing.T) {
			const n, inFlight = 1000, 17
			client := uneven()
			d := over(t, client)
			jobs, _ := count(n)
			outcome := dispatcher.Outcome{}
			var got []int
			var last time.Time
			for r := range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: inFlight, Order: order, Outcome: &outcome}) {
				if r.Err != nil || r.Response.Content != r.Job.ID || fmt.Sprint(r.Index) != r.Job.ID {
					t.Fatalf("result %d of job %s: %+v, %v", r.Index, r.Job.ID, r.Response, r.Err)
				}
				got = append(got, r.Index)
				last = time.Now()
			}
			inOrder := slices.IsSorted(got)
			if inOrder != (order == dispatcher.Input) {
				t.Errorf("order %q: in the order of the input is %v", order, inOrder)
			}
			slices.Sort(got)
			if len(got) != n || !slices.Equal(got, slices.Compact(slices.Clone(got))) {
				t.Errorf("%d results, want one for each of %d", len(got), n)
			}
			if client.Peak() != inFlight || last.IsZero() {
				t.Errorf("%d in flight at once, want %d", client.Peak(), inFlight)
			}
			if d := cmp.Diff(dispatcher.Outcome{Progress: dispatcher.Progress{Done: n}}, outcome); d != "" {
				t.Errorf("outcome (-want +got):\n%s", d)
			}
		})
	}
}

// One job that takes long holds the results after it back, but neither the intake nor the memory grows without bound.
func TestOrderHoldsTheIntakeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(fake.Config{Rules: []fake.Rule{{When: fake.Text("0"), Replies: []fake.Reply{takes(time.Hour)}}}})
		jobs, read := count(1000)
		for r := range over(t, client).Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 10, Order: dispatcher.Input}) {
			if r.Index == 0 && read() > 81 {
				t.Errorf("%d jobs were read while the first one was answered; want at most 80 and one more", read())
			}
		}
		if read() != 1000 {
			t.Errorf("read %d jobs", read())
		}
	})
}

func TestASlowReaderHoldsTheSourceUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs, read := count(100)
		taken := 0
		for range over(t, script()).Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 10}) {
			time.Sleep(time.Minute)
			if taken++; read() > taken+10 {
				t.Fatalf("%d jobs were read when %d results were taken", read(), taken)
			}
		}
		if taken != 100 {
			t.Errorf("%d results", taken)
		}
	})
}

func TestLeavingTheLoopCancelsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(fake.Config{Rules: []fake.Rule{{When: fake.Text("0")}}, Default: &fake.Reply{Stall: true}})
		d := over(t, client)
		jobs, read := count(1000)
		outcome := dispatcher.Outcome{}
		for range d.Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 5, Outcome: &outcome}) {
			synctest.Wait()
			break
		}
		if client.InFlight() != 0 || d.Stats().InFlight != 0 || read() > 6 {
			t.Errorf("%d in flight, %d read after the reader has left", client.InFlight(), read())
		}
		if outcome.Done != read() || outcome.Canceled != read()-1 || outcome.Err != nil {
			t.Errorf("outcome %+v of %d jobs", outcome, read())
		}
	})
}

func TestAPanicOfTheReaderLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := script(fake.Reply{}, fake.Reply{Stall: true})
		jobs, _ := count(1000)
		func() {
			defer func() {
				if recover() != "reader" {
					t.Error("the panic was lost")
				}
			}()
			for range over(t, client).Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 10}) {
				panic("reader")
			}
		}()
		if client.InFlight() != 0 {
			t.Errorf("%d in flight", client.InFlight())
		}
	})
}

func TestAnEndOfTheContextEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		jobs, read := count(1000)
		late, outcome := 0, dispatcher.Outcome{}
		for r := range over(t, script(takes(time.Minute))).Run(ctx, jobs, dispatcher.RunOptions{InFlight: 5, Outcome: &outcome}) {
			if errors.Is(r.Err, context.DeadlineExceeded) {
				late++
			}
		}
		if read() != 10 || late != 5 || !errors.Is(outcome.Err, context.DeadlineExceeded) || outcome.Failed != 5 {
			t.Errorf("%d read, %d late, outcome %+v", read(), late, outcome)
		}
	})
}

// A retry waits without stopping the others, and comes among them when its time has come.
func TestRetriesTakeTheirTurnAmongFreshJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := atomic.Bool{}
		client := fake.New(fake.Config{Rules: []fake.Rule{{When: fake.Text("0"), Respond: func(*request.Request) fake.Reply {
			if failed.Swap(true) {
				return takes(time.Second)
			}
			return fake.Reply{Err: &request.Error{Class: request.ClassTransient, Status: 500}}
		}}}, Default: &fake.Reply{Echo: true, Latency: 100 * time.Millisecond}})
		jobs, _ := count(100)
		order := []int(nil)
		for r := range over(t, client).Run(t.Context(), jobs, dispatcher.RunOptions{InFlight: 2}) {
			order = append(order, r.Index)
			if r.Index == 0 && len(r.Response.Attempts) != 2 {
				t.Errorf("%d attempts, want 2", len(r.Response.Attempts))
			}
		}
		if at := slices.Index(order, 0); at == 0 || at == len(order)-1 {
			t.Errorf("the retried job came %d. of %d", at+1, len(order))
		}
	})
}

func TestAJobThatIsNoneIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, broken := script(), errors.New("line 2 is no request")
		jobs := slices.Values([]dispatcher.Job{{Request: question("a")}, {Err: broken, Value: 7}})
		for r := range over(t, client).Run(t.Context(), jobs, dispatcher.RunOptions{Order: dispatcher.Input}) {
			if r.Index == 1 && (r.Err != broken || r.Job.Value != 7) || r.Index == 0 && r.Err != nil {
				t.Errorf("job %d: %v", r.Index, r.Err)
			}
		}
		if n := len(client.Calls()); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// endless is a source that ends only when it is left.
func endless() iter.Seq[dispatcher.Job] {
	return func(yield func(dispatcher.Job) bool) {
		for yield(dispatcher.Job{Request: question("?")}) {
		}
	}
}

func TestConditionsStopTheIntake(t *testing.T) {
	for name, test := range map[string]struct {
		client *fake.Client
		stop   dispatcher.Condition
		want   request.Class
		most   int
	}{
		"fatal":  {script(fake.Reply{Times: 50}, fails(request.ClassNotFound)), dispatcher.StopOnFatal(), request.ClassNotFound, 60},
		"budget": {script(fake.Reply{Times: 50}, fails(request.ClassBudget)), dispatcher.StopOnBudget(), request.ClassBudget, 60},
		"share":  {script(fake.Reply{Times: 50}, fails(request.ClassInvalid)), dispatcher.StopOnErrors(0.25, 20), request.ClassInvalid, 80},
		"least":  {script(fails(request.ClassInvalid)), dispatcher.StopOnErrors(0, 20), request.ClassInvalid, 30},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				results, outcome := 0, dispatcher.Outcome{}
				d := over(t, test.client)
				for range d.Run(t.Context(), endless(), dispatcher.RunOptions{InFlight: 10, Outcome: &outcome, Stop: []dispatcher.Condition{test.stop}}) {
					results++
				}
				if request.Classify(outcome.Err) != test.want || outcome.Done != results || results > test.most || results < 20 {
					t.Errorf("%d results, outcome %+v", results, outcome)
				}
				if outcome.Canceled != 0 {
					t.Errorf("%d in flight were canceled, want them finished", outcome.Canceled)
				}
			})
		})
	}
}
