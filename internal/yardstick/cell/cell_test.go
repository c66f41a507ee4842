package cell_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

var server = yardstick.Server{Header: http.Header{}, Answers: map[string]yardstick.Answer{"/v1/chat/completions": yardstick.Chat()}}

func TestMain(m *testing.M) {
	server.ServeIfAsked()
	cell.ObeyIfAsked(func(name string) (cell.Open, bool) {
		open, ok := clients[name]
		return open, ok
	})
	os.Exit(m.Run())
}

var clients = map[string]cell.Open{
	"plain":    plain,
	"hanging":  calling(func(context.Context) (cell.Answer, error) { select {} }),
	"failing":  calling(func(context.Context) (cell.Answer, error) { return cell.Answer{}, errors.New("out of order") }),
	"unopened": func(cell.Site) (*cell.Client, error) { return nil, errors.New("no key") },
}

// plain is the hand-written client, asked for whole answers.
func plain(s cell.Site) (*cell.Client, error) {
	raw := yardstick.NewRaw(s.Chat()+"/chat/completions", http.Header{}, s.Transport())
	ask := func(ctx context.Context) (cell.Answer, error) {
		var r yardstick.ChatResponse
		if err := raw.Complete(ctx, yardstick.AskChat("gpt-4o-mini", false), &r); err != nil {
			return cell.Answer{}, err
		}
		return cell.Answer{Text: r.Choices[0].Message.Content, In: r.Usage.PromptTokens, Out: r.Usage.CompletionTokens}, nil
	}
	return &cell.Client{Complete: ask, Stream: ask, Close: func() {}}, nil
}

func calling(ask cell.Ask) cell.Open {
	return func(cell.Site) (*cell.Client, error) {
		return &cell.Client{Complete: ask, Stream: ask, Close: func() {}}, nil
	}
}

func launch(t *testing.T) string {
	t.Helper()
	root, stop, err := yardstick.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return root
}

// Figures are right where the truth is known: a client that makes one request for each answer.
func TestMeasure(t *testing.T) {
	root := launch(t)
	f, err := cell.Measure(cell.Complete, plain, root, 64)
	if err != nil {
		t.Fatal(err)
	}
	if f["allocations"] < 20 || f["bytes"] < 1000 || f["p50"] <= 0 || f["p50"] > f["p99"] {
		t.Errorf("figures of cost: %v", f)
	}
	if f, err = cell.Measure(cell.Held, plain, root, 100); err != nil {
		t.Fatal(err)
	}
	if f["goroutines"] < 2.5 || f["goroutines"] > 4 || f["stacks"] <= 0 || f["memory"] <= f["stacks"] {
		t.Errorf("figures in flight, with a goroutine of its own and two of its connection: %v", f)
	}
	if f, err = cell.Measure(cell.Limited, plain, "", 4); err != nil {
		t.Fatal(err)
	}
	if f["answered"] != 1 || f["refused"] != 0 || f["requests"] != 1 || f["wall ratio"] < 1 {
		t.Errorf("figures within the limit: %v", f)
	}
}

// A client without retries gets what a second allows at once, and loses the rest.
func TestBeyondTheLimit(t *testing.T) {
	const n = 200
	f, err := cell.Measure(cell.Limited, plain, "", n)
	if err != nil {
		t.Fatal(err)
	}
	lost := math.Round(n * (1 - f["answered"]))
	if lost < 1 || lost != f["refused"] {
		t.Errorf("%v lost, %v refused: %v", lost, f["refused"], f)
	}
}

func TestFailuresAreErrors(t *testing.T) {
	root := launch(t)
	for _, kind := range []string{cell.Complete, cell.Stream, cell.Held, cell.Limited} {
		for _, name := range []string{"failing", "unopened"} {
			if f, err := cell.Measure(kind, clients[name], root, 4); err == nil {
				t.Errorf("%s of a client that is %s: figures %v", kind, name, f)
			}
		}
	}
	if _, err := cell.Measure("speed", plain, root, 1); err == nil {
		t.Error("an unknown comparison was made")
	}
}

func TestApart(t *testing.T) {
	root := launch(t)
	order := func(client string) cell.Order {
		return cell.Order{Kind: cell.Complete, Client: client, Root: root, N: 64}
	}
	f, err := order("plain").Apart(os.Args[0], time.Minute)
	if err != nil || f["allocations"] < 20 {
		t.Errorf("figures %v, error %v", f, err)
	}
	if _, err := order("failing").Apart(os.Args[0], time.Minute); err == nil || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("error %v does not say what the process said", err)
	}
	if _, err := order("unheard").Apart(os.Args[0], time.Minute); err == nil || !strings.Contains(err.Error(), `no client "unheard"`) {
		t.Errorf("error %v of a client that is not there", err)
	}
	if _, err := order("hanging").Apart(os.Args[0], time.Second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v of a client that hangs", err)
	}
}

func TestShortest(t *testing.T) {
	for n, want := range map[int]time.Duration{1: cell.Thinking, 60: cell.Thinking, 600: 9*time.Second + cell.Thinking} {
		if got := cell.Shortest(n); got != want {
			t.Errorf("%d requests in %v, want %v", n, got, want)
		}
	}
}
