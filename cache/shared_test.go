package cache_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// slowly answers with a text in ten pieces, one each second after the first two.
func slowly() fake.Config {
	reply := fake.Reply{Text: "0123456789", ChunkSize: 1, TTFT: 2 * time.Second, Pace: time.Second}
	reply.Usage = &request.Usage{InputTokens: 1, OutputTokens: 10, Reported: true}
	reply.Usage.SetCost(request.Cent)
	return fake.Config{Default: &reply}
}

// together makes n identical requests at once, every third as a stream, and waits for all.
func together(t *testing.T, c request.Client, n int, firstStreams bool) (answers []*request.Response) {
	t.Helper()
	answers = make([]*request.Response, n)
	var callers sync.WaitGroup
	for i := range n {
		callers.Go(func() {
			var err error
			if (i%3 == 0) == firstStreams {
				answers[i], err = listen(t.Context(), c, ask("hi"))
			} else {
				answers[i], err = c.Complete(t.Context(), ask("hi"))
			}
			if err != nil {
				t.Error(err)
			}
		})
		if i == 0 {
			synctest.Wait()
		}
	}
	callers.Wait()
	return answers
}

func TestFiftyAtOnce(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		t.Run(fmt.Sprintf("streamed %v", streamed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := fake.New(slowly())
				c := wrap(t, client, cache.Config{})
				var cost request.Money
				paid := 0
				for _, answer := range together(t, c, 50, streamed) {
					cost += answer.Usage.Cost
					if !answer.FromCache {
						paid++
					}
					if answer.Content != "0123456789" || answer.Usage.OutputTokens != 10 || !answer.Usage.Priced {
						t.Errorf("one was answered %+v", answer)
					}
				}
				if paid != 1 || cost != request.Cent {
					t.Errorf("%d were charged, %v in all; want one cent from one", paid, cost)
				}
				if n := calls(client); n != 1 || client.Calls()[0].Streamed != streamed {
					t.Errorf("%d calls, the first streamed %v", n, client.Calls()[0].Streamed)
				}
				if s := c.Stats(); s.Misses != 1 || s.Shared != 49 || s.Saved != 49*request.Cent {
					t.Errorf("stats %+v", s)
				}
			})
		})
	}
}

func TestFailureIsSharedAndNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failure := &request.Error{Class: request.ClassOverloaded, Status: 503, Attempts: []request.Attempt{{Provider: "fake"}}}
		client := fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{
			{Text: "half", ChunkSize: 1, Pace: time.Second, Err: failure, After: 2}, {Text: "whole"},
		}}}})
		c := wrap(t, client, cache.Config{})
		var callers sync.WaitGroup
		for i := range 10 {
			callers.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = listen(t.Context(), c, ask("hi"))
				} else {
					_, err = c.Complete(t.Context(), ask("hi"))
				}
				e, ok := errors.AsType[*request.Error](err)
				if !ok || e.Class != request.ClassOverloaded || e.Partial == nil || e.Partial.Content != "ha" {
					t.Errorf("one was told %v", err)
					return
				}
				// Each has its own: the race detector would see them meet.
				e.Attempts[0].Provider, e.Partial.Parts[0], e.Class = "changed", nil, ""
			})
		}
		callers.Wait()
		if n := calls(client); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		if got := complete(t, c, ask("hi")); got.Content != "whole" || got.FromCache {
			t.Errorf("after a failure came %+v", got)
		}
	})
}

// Budgets go by label: the one who made the call has none left, which is no concern of the others.
func TestBudgetOfAnother(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			client := fake.New(fake.Config{Rules: []fake.Rule{
				{When: func(r *request.Request) bool { return r.Labels["project"] == "poor" }, Replies: []fake.Reply{{TTFT: time.Second, Err: request.ErrBudget}}},
				{Replies: []fake.Reply{{Text: "yes", TTFT: time.Second}}},
			}})
			c := wrap(t, client, cache.Config{})
			send := func(project string) error {
				req := ask("hi")
				req.Labels = map[string]string{"project": project}
				if streamed {
					_, err := listen(t.Context(), c, req)
					return err
				}
				_, err := c.Complete(t.Context(), req)
				return err
			}
			var callers sync.WaitGroup
			for i, project := range []string{"poor", "poor", "rich", "rich", "other"} {
				callers.Go(func() {
					if err := send(project); errors.Is(err, request.ErrBudget) != (project == "poor") {
						t.Errorf("%s was told %v", project, err)
					}
				})
				if i == 0 {
					synctest.Wait()
				}
			}
			callers.Wait()
			if n := calls(client); n != 2 {
				t.Errorf("%d calls, want one refused and one shared by the others", n)
			}
		})
	}
}

func TestPanicReachesAll(t *testing.T) {
	broken := errors.New("broken")
	for _, streamed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) {
				time.Sleep(time.Second)
				panic(broken)
			}}
			c := wrap(t, client, cache.Config{})
			var callers sync.WaitGroup
			for i := range 5 {
				callers.Go(func() {
					defer func() {
						p, ok := recover().(*cache.Panic)
						if !ok || !errors.Is(p, broken) || !strings.Contains(p.Error(), "shared_test.go") {
							t.Errorf("one recovered %v, want the value and where it came from", p)
						}
					}()
					if (i%2 == 0) == streamed {
						_, _ = listen(t.Context(), c, ask("hi"))
					} else {
						_, _ = c.Complete(t.Context(), ask("hi"))
					}
				})
			}
			callers.Wait()
			if n := client.calls.Load(); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
}

// A client must not end the goroutine that it is called in, but if one does, nobody waits for ever.
func TestGoexitIsAFailure(t *testing.T) {
	client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) {
		runtime.Goexit()
		return nil, nil
	}}
	_, err := wrap(t, client, cache.Config{}).Complete(t.Context(), ask("hi"))
	if request.Classify(err) != request.ClassUnknown || !strings.Contains(fmt.Sprint(err), "goroutine ended") {
		t.Errorf("the failure is %v", err)
	}
}

// The one who made the call may use the request's memory again once it has left.
func TestRequestIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent string
		client := &stub{answer: func(_ context.Context, req request.Request) (*request.Response, error) {
			time.Sleep(2 * time.Second)
			sent = req.Messages[0].Content
			return okay().answer(t.Context(), req)
		}}
		c := wrap(t, client, cache.Config{})
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req := ask("hi")
		var callers sync.WaitGroup
		callers.Go(func() {
			if _, err := c.Complete(short, req); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the first was told %v", err)
			}
			req.Messages[0].Content = "changed"
		})
		synctest.Wait()
		complete(t, c, ask("hi"))
		callers.Wait()
		if sent != "hi" {
			t.Errorf("the request changed under way to %q", sent)
		}
	})
}
