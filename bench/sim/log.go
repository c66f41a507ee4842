package sim

import (
	"net/http"
	"time"
)

// Entry is the truth about one valid request for an answer, to hold a client's measurements against.
type Entry struct {
	// Begun is when the request came, Ended when the simulator was done with it.
	Begun time.Time
	Ended time.Time
	// Pieces are when each piece of a streamed answer went out in which there is something that the model has written.
	Pieces []time.Time
	// Status is that of the response, 0 if the connection broke before it. Answered: the whole answer went out.
	Status   int
	Answered bool
	// InputTokens and OutputTokens are those of the answer, as its usage reports them; 0 if there is none.
	InputTokens  int
	OutputTokens int
}

// log hands the entry of a turn that has ended to whoever wants it.
func (t *turn) log() {
	if t.sim.cfg.Log == nil {
		return
	}
	t.entry.Begun, t.entry.Ended = t.begun, time.Now()
	t.sim.cfg.Log(t.entry)
}

// answered notes that the last of the answer is going out, or that it did not.
func (t *turn) answered(whole bool) {
	t.entry.Answered = whole
	t.entry.InputTokens, t.entry.OutputTokens = 0, 0
	if whole {
		t.entry.InputTokens, t.entry.OutputTokens = t.prompt, t.written()
	}
}

// ok writes the status of a good response.
func (t *turn) ok() {
	t.entry.Status = http.StatusOK
	t.w.WriteHeader(http.StatusOK)
}
