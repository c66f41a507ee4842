package ledger_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

// A process reserves, calls and settles as fast as it can and is killed at a random point; then the books are held against
// two logs that it kept beside them. Two hundred times:
//
//	LLMGATE_KILLS=200 go test ./ledger -run TestKill -v
func TestKill(t *testing.T) {
	kills := 8
	if text := os.Getenv("LLMGATE_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		check(t, err)
		kills = n
	}
	j := &judge{t: t, folder: t.TempDir(), budget: allowance}
	for round := range kills {
		j.kill(round)
		j.hold()
		if t.Failed() {
			t.Fatalf("after kill %d", round+1)
		}
	}
	t.Logf("%d kills: %d calls made, %d acknowledged, %d holds left unknown (at most %d at once), %v spent and presumed",
		kills, len(j.calls), j.acknowledged, j.left, j.most, j.budget-allowance)
	if len(j.calls) == 0 || j.acknowledged == 0 {
		t.Error("nothing was called; the test shows nothing")
	}
}

const (
	worst     = 100         // of one call
	workers   = 16          // calls in flight
	allowance = 300 * worst // what a process may spend
	childEnv  = "LLMGATE_LEDGER_CHILD"
	capEnv    = "LLMGATE_LEDGER_CAP"
	roundEnv  = "LLMGATE_LEDGER_ROUND"
)

// runsChild does the work of the process that is killed, if this is it.
func runsChild() bool {
	folder := os.Getenv(childEnv)
	if folder != "" {
		if err := child(folder); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
	}
	return folder != ""
}

// child works until its budget is used up, and then waits to be killed.
func child(folder string) error {
	budget, err := strconv.ParseInt(os.Getenv(capEnv), 10, 64)
	if err != nil {
		return err
	}
	_, l, err := openBooks(folder, request.Money(budget))
	if err != nil {
		return err
	}
	calls, err := openLog(folder, "calls")
	if err != nil {
		return err
	}
	acks, err := openLog(folder, "acks")
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := 0; ; i++ {
				if err := oneCall(l, calls, acks, fmt.Sprintf("%s-%d-%d", os.Getenv(roundEnv), w, i)); err != nil {
					if !errors.Is(err, request.ErrBudget) {
						fmt.Println("failed", err)
					}
					return
				}
			}
		})
	}
	all.Wait()
	fmt.Println("done")
	_, err = io.Copy(io.Discard, os.Stdin) // until the other side ends
	return err
}

func openBooks(folder string, budget request.Money) (*sqlite.Store, *ledger.Ledger, error) {
	file, err := sqlite.Open(bg, sqlite.Config{Path: filepath.Join(folder, "books.db")})
	if err != nil {
		return nil, nil, err
	}
	l, err := ledger.New(bg, ledger.Config{Store: file, Budgets: []ledger.Budget{{Cap: budget}}})
	return file, l, err
}

// oneCall reserves, makes the call, which is to write it into the log, and ends the hold in one of three ways.
func oneCall(l *ledger.Ledger, calls, acks *log, item string) error {
	h, err := l.Reserve(bg, ledger.Request{Amount: worst, Item: item, Record: store.Record{Intents: []store.Intent{{Item: item}}}})
	if err != nil {
		return err
	}
	cost := request.Money(rand.IntN(worst + 1))
	outcome := store.Record{Outcomes: []store.Outcome{{Item: item, Body: []byte(cost.String())}}}
	switch fate := rand.IntN(8); fate {
	case 0:
		return errors.Join(h.Release(), acks.write(item, 0, store.Released))
	case 1:
		return errors.Join(calls.write(item, worst, store.Presumed), h.Presume(outcome), acks.write(item, worst, store.Presumed))
	default:
		return errors.Join(calls.write(item, cost, store.Settled), h.Settle(usage(cost), outcome), acks.write(item, cost, store.Settled))
	}
}

// log is a file that lines are appended to, on the disk when write returns.
type log struct {
	mu   sync.Mutex
	file *os.File
}

func openLog(folder, name string) (*log, error) {
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	return &log{file: file}, err
}

func (l *log) write(item string, cost request.Money, fate store.Fate) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := fmt.Fprintf(l.file, "%s %d %s\n", item, int64(cost), fate); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	_, err := fmt.Println(item) // counts for who decides when to kill
	return err
}

// entry is one line of a log.
type entry struct {
	cost request.Money
	fate store.Fate
}

func readLog(folder, name string) (map[string]entry, error) {
	file, err := os.Open(filepath.Join(folder, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := map[string]entry{}
	for scan := bufio.NewScanner(file); scan.Scan(); {
		var item string
		var l entry
		if _, err := fmt.Sscan(scan.Text(), &item, (*int64)(&l.cost), &l.fate); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, scan.Text(), err)
		}
		lines[item] = l
	}
	return lines, nil
}

// judge goes by the logs alone.
type judge struct {
	t      *testing.T
	folder string
	budget request.Money // of the process to come

	calls        map[string]entry
	acknowledged int
	left, most   int
}

// kill runs the process and kills it after a random number of lines, or while it starts.
func (j *judge) kill(round int) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+j.folder, fmt.Sprintf("%s=%d", capEnv, int64(j.budget)), fmt.Sprintf("%s=%d", roundEnv, round))
	_, err := cmd.StdinPipe()
	check(j.t, err)
	out, err := cmd.StdoutPipe()
	check(j.t, err)
	check(j.t, cmd.Start())
	scan := bufio.NewScanner(out)
	if round == 0 && scan.Scan() { // it has the file now
		_, err := sqlite.Open(bg, sqlite.Config{Path: filepath.Join(j.folder, "books.db")})
		if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", cmd.Process.Pid)) {
			j.t.Errorf("beside the process that writes: %v; want ErrInUse and its number", err)
		}
	}
	for range rand.IntN(700) {
		if !scan.Scan() || scan.Text() == "done" {
			break
		}
		if strings.HasPrefix(scan.Text(), "failed") {
			j.t.Error(scan.Text())
		}
	}
	check(j.t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
}

// hold holds the books against the logs, says what became of the unknown calls, and looks again.
func (j *judge) hold() {
	t := j.t
	var err error
	j.calls, err = readLog(j.folder, "calls")
	check(t, err)
	acks, err := readLog(j.folder, "acks")
	check(t, err)
	j.acknowledged = len(acks)
	file, l, err := openBooks(j.folder, j.budget)
	check(t, err)
	defer file.Close()
	defer l.Close()

	var bill request.Money
	for _, c := range j.calls {
		bill += c.cost
	}
	s := l.Snapshot()
	if counted := s.Spent + s.Presumed + s.Reserved; bill > counted || counted > j.budget {
		t.Errorf("the calls made come to %v, the books say %v spent + %v presumed + %v reserved, of %v", bill, s.Spent, s.Presumed, s.Reserved, j.budget)
	}
	unknown := l.Unknown()
	j.left, j.most = j.left+len(unknown), max(j.most, len(unknown))
	if len(unknown) > workers {
		t.Errorf("%d holds are unknown; %d calls were in flight", len(unknown), workers)
	}
	outcomes := map[string]store.Outcome{}
	for o, err := range file.Outcomes(bg, 0) {
		check(t, err)
		outcomes[o.Item] = o
	}
	for item, ack := range acks {
		o, ok := outcomes[item]
		if ack.fate != store.Released && (!ok || string(o.Body) != ack.cost.String() && ack.fate == store.Settled) {
			t.Errorf("%s was acknowledged as %v; the store has %+v", item, ack, o)
		}
	}
	j.resolve(unknown, acks)
	if s = l.Snapshot(); s.Spent+s.Presumed != bill || s.Open != 0 {
		t.Errorf("with all resolved the calls come to %v, the books to %+v", bill, s)
	}
	j.budget = bill + allowance
}

func (j *judge) resolve(unknown []ledger.Unknown, acks map[string]entry) {
	for _, u := range unknown {
		if _, ok := acks[u.Item]; ok {
			j.t.Errorf("%s was acknowledged and is unknown", u.Item)
		}
		c, made := j.calls[u.Item]
		switch {
		case !made:
			check(j.t, u.Release())
		case c.fate == store.Presumed:
			check(j.t, u.Resend())
		default:
			check(j.t, u.Charge(c.cost))
		}
	}
}
