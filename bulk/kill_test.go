package bulk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

const (
	childEnv    = "LLMGATE_BULK_CHILD"
	providerEnv = "LLMGATE_BULK_PROVIDER"
	orderEnv    = "LLMGATE_BULK_ORDER"
	killModel   = "gpt-4o-mini"
	killFlight  = 16
)

// child works on the items of a folder until it is done or killed, and says which items it found unknown.
func child(folder string) int {
	err := func() error {
		ctx := context.Background()
		state, err := bulk.Open(ctx, filepath.Join(folder, "out.jsonl"))
		if err != nil {
			return err
		}
		gate, err := llmgate.New(ctx, llmgate.Config{
			Models: []string{"openai/" + killModel}, Store: state.Store(),
			Options: []llmgate.Option{llmgate.WithBaseURL(os.Getenv(providerEnv)), llmgate.WithAPIKey("key")},
		})
		if err != nil {
			return err
		}
		src, err := source.Open(source.Config{Path: filepath.Join(folder, "in.jsonl")})
		if err != nil {
			return err
		}
		job, err := state.Job(bulk.JobConfig{
			Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Items: src.Items(), Model: killModel, Concurrency: killFlight,
			Order: bulk.Order(os.Getenv(orderEnv)),
		})
		if err != nil {
			return err
		}
		if _, err = job.Run(ctx); err != nil {
			return err
		}
		if err := gate.Close(); err != nil {
			return err
		}
		return state.Close()
	}()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// killJudge is the provider that a run talks to, which knows what it was asked and what it charged.
type killJudge struct {
	t      *testing.T
	folder string
	url    string
	order  bulk.Order

	mu      sync.Mutex
	calls   map[string]int
	total   int
	bill    request.Money
	reached chan struct{} // closed when total reaches target
	target  int

	listed map[string]int // how often an item was found unknown
	most   int
}

// A run is killed at random points of its work, again and again, and then let come to its end. A thousand times over ten thousand
// items:
//
//	LLMGATE_KILLS=1000 go test ./bulk -run TestKill -v -timeout 2h
func TestKill(t *testing.T) {
	kills, items := 3, 150
	if text := os.Getenv("LLMGATE_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		check(t, err)
		kills, items = n, max(items, 10*n)
	}
	for _, order := range []bulk.Order{bulk.Completion, bulk.Input} {
		t.Run(string(order), func(t *testing.T) { killed(t, order, kills, items) })
	}
}

func killed(t *testing.T, order bulk.Order, kills, items int) {
	j := &killJudge{t: t, order: order, folder: t.TempDir(), calls: map[string]int{}, listed: map[string]int{}}
	simulator, err := sim.New(sim.Config{Respond: j.respond, Log: j.log})
	check(t, err)
	server, err := simulator.Listen("127.0.0.1:0")
	check(t, err)
	defer server.Close()
	j.url = server.URL
	check(t, os.WriteFile(filepath.Join(j.folder, "in.jsonl"), []byte(many(items)), 0o600))
	for range kills {
		j.kill(rand.IntN(2*items/kills + 1))
		j.inspect()
	}
	j.finish()
	check(t, server.Shutdown(t.Context())) // what was answered last is billed when its handler ends
	j.judge(items)
	t.Logf("%d kills over %d items: %d calls, at most %d unknown at once", kills, items, j.total, j.most)
}

func (j *killJudge) respond(p *sim.Prompt) *sim.Answer {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls[strings.TrimPrefix(p.Text, "question ")]++
	j.total++
	if j.total == j.target {
		close(j.reached)
	}
	return nil
}

func (j *killJudge) log(e sim.Entry) {
	if !e.Answered {
		return
	}
	u := request.Usage{InputTokens: e.InputTokens, OutputTokens: e.OutputTokens}
	cost, ok := pricing.Cost("openai", killModel, &u, pricing.Service{At: e.Ended})
	j.mu.Lock()
	defer j.mu.Unlock()
	if !ok {
		j.t.Error("the model has no price")
	}
	j.bill += cost
}

func (j *killJudge) command() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+j.folder, providerEnv+"="+j.url, orderEnv+"="+string(j.order))
	cmd.Stdout = os.Stdout
	return cmd
}

// kill runs the program, and kills it once the provider has been asked for so many more.
func (j *killJudge) kill(after int) {
	j.mu.Lock()
	j.reached, j.target = make(chan struct{}), j.total+after
	if after == 0 {
		close(j.reached)
	}
	reached := j.reached
	j.mu.Unlock()
	cmd := j.command()
	check(j.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-reached:
		check(j.t, cmd.Process.Kill())
		<-ended
	case err := <-ended: // there was less to do
		check(j.t, err)
	}
}

// inspect looks at what a killed run has left.
func (j *killJudge) inspect() {
	state, err := bulk.Open(j.t.Context(), filepath.Join(j.folder, "out.jsonl"))
	check(j.t, err)
	defer state.Close()
	n := 0
	for intent, err := range state.Store().Intents(j.t.Context()) {
		check(j.t, err)
		var item struct{ ID string }
		check(j.t, json.Unmarshal(intent.Body, &item))
		j.listed[item.ID]++
		n++
	}
	j.most = max(j.most, n)
	if n > killFlight {
		j.t.Errorf("%d items are unknown; %d were in flight", n, killFlight)
	}
}

func (j *killJudge) finish() {
	check(j.t, j.command().Run())
}

// judge holds the output and the ledger against what the provider knows.
func (j *killJudge) judge(items int) {
	t := j.t
	costs := j.results()
	var once request.Money
	for i := range items {
		id := strconv.Itoa(i)
		cost, ok := costs[id]
		if !ok {
			t.Errorf("item %s is lost", id)
		}
		once += cost
		if again := j.calls[id] - 1; again > j.listed[id] {
			t.Errorf("item %s was sent again %d times, and %d times found unknown", id, again, j.listed[id])
		}
	}
	state, err := bulk.Open(t.Context(), filepath.Join(j.folder, "out.jsonl"))
	check(t, err)
	defer state.Close()
	books, err := ledger.New(t.Context(), ledger.Config{Store: state.Store()})
	check(t, err)
	defer books.Close()
	s := books.Snapshot()
	if len(costs) != items || s.Spent != once || s.Open != 0 {
		t.Errorf("%d results of %d items; they cost %v, the ledger says %v, and %d calls are open", len(costs), items, once, s.Spent, s.Open)
	}
	if j.bill < s.Spent || j.bill > s.Spent+s.Presumed {
		t.Errorf("the provider charged %v; the ledger says %v spent and %v presumed", j.bill, s.Spent, s.Presumed)
	}
}

// results reads the costs of all results.
func (j *killJudge) results() map[string]request.Money {
	file, err := os.Open(filepath.Join(j.folder, "out.jsonl"))
	check(j.t, err)
	defer file.Close()
	costs := map[string]request.Money{}
	for scan := bufio.NewScanner(file); scan.Scan(); {
		var line struct {
			ID    string
			Usage struct {
				Cost *request.Money `json:"cost_usd"`
			}
		}
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil || line.Usage.Cost == nil {
			j.t.Errorf("%s: %v", scan.Text(), err)
			continue
		}
		if place := strconv.Itoa(len(costs)); j.order == bulk.Input && line.ID != place {
			j.t.Fatalf("item %s stands in the place of %s", line.ID, place)
		}
		if _, ok := costs[line.ID]; ok {
			j.t.Errorf("item %s has two results", line.ID)
		}
		costs[line.ID] = *line.Usage.Cost
	}
	return costs
}
