package bulk

import (
	"sync"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// try is one question to the dispatcher. Its journal may be called from a goroutine of another's call.
type try struct {
	asker   *asker
	task    *task
	start   time.Time
	journal dispatcher.Journal
	intent  [1]store.Intent

	// seq is that of the item's outcome: of the one before, and from its commit on of this one.
	seq int64

	mu       sync.Mutex
	judged   bool
	written  bool
	body     []byte // of the outcome that was written
	rejected error
	broken   error
}

// mention is the body of an intent.
type mention struct {
	ID   string `json:"id"`
	Line int    `json:"line,omitempty"`
	// Batch is the provider's name for the batch that has it; Name, as long as that is not known, our own. Again: it is the second.
	Batch string `json:"batch,omitempty"`
	Name  string `json:"name,omitempty"`
	Again bool   `json:"again,omitempty"`

	at time.Time // of the intent
}

func (a *asker) newTry(of *task) *try {
	t := &try{asker: a, task: of, start: time.Now()}
	_, t.seq = a.index.get(of.key)
	body := jsontext.Writer{B: make([]byte, 0, len(of.item().ID)+32)} // a mention
	body.Raw("{")
	body.Text("id", of.item().ID)
	body.IntIf("line", of.item().Line)
	body.Raw("}")
	name := of.name()
	t.intent[0] = store.Intent{Item: name, At: t.start, Body: body.B}
	t.journal = dispatcher.Journal{
		Item: name, Intent: store.Record{Intents: t.intent[:]},
		Outcome: t.outcome, Failed: t.failed,
	}
	return t
}

// outcome is written with the money of an answer. One that does not pass the check is paid for, and is no outcome.
func (t *try) outcome(resp *request.Response) (rec store.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.judge(resp)
	if t.rejected != nil {
		return rec
	}
	o, err := outcomeOf(t.journal.Item, &Result{Item: *t.task.item(), Response: resp, Latency: time.Since(t.start)})
	if err != nil {
		t.broken = err
		return rec
	}
	t.written, t.body, o.Place = true, o.Body, &t.seq
	return store.Record{Outcomes: []store.Outcome{o}}
}

func (t *try) failed(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = err
}

func (t *try) judge(resp *request.Response) {
	if t.judged || t.asker.check == nil {
		return
	}
	t.judged, t.rejected = true, t.asker.check(t.task.item(), resp)
}

// verdict says of an answer whether it was written with its money, why it was rejected, and why it could not be written.
func (t *try) verdict(resp *request.Response) (written bool, rejected, broken error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.judge(resp)
	return t.written, t.rejected, t.broken
}
