package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// events tell a program how a run goes: an object of JSON on each line. docs/bulk.md has their fields. Nil tells nothing.
type events struct {
	mu  sync.Mutex
	out *json.Encoder
}

func newEvents(w io.Writer) *events {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return &events{out: out}
}

// eventHead begins every event.
type eventHead struct {
	Event string    `json:"event"`
	At    time.Time `json:"at"`
}

func head(name string) eventHead { return eventHead{name, time.Now().UTC()} }

type (
	startEvent struct {
		eventHead
		Source string `json:"source"`
		Model  string `json:"model"`
		Output string `json:"output"`
		Total  int    `json:"total,omitempty"`
	}
	progressEvent struct {
		eventHead
		bulk.Snapshot
		Pending   *int           `json:"pending,omitempty"`
		Projected *request.Money `json:"projected_usd,omitempty"`
		ETA       *float64       `json:"eta_s,omitempty"`
	}
	failureEvent struct {
		eventHead
		ID      string        `json:"id"`
		File    string        `json:"file,omitempty"`
		Line    int           `json:"line,omitempty"`
		Class   request.Class `json:"class"`
		Message string        `json:"message"`
	}
	targetEvent struct {
		eventHead
		Target  string `json:"target"`
		To      string `json:"to"`
		Message string `json:"message"`
	}
	stoppingEvent struct {
		eventHead
		Reason string `json:"reason"`
	}
	summaryEvent struct {
		progressEvent
		Stopped    string   `json:"stopped,omitempty"`
		Unknown    []string `json:"unknown,omitempty"`
		Superseded int      `json:"superseded,omitempty"`
		Repaired   []string `json:"repaired,omitempty"`
		Failures   string   `json:"failures,omitempty"`
	}
)

func (e *events) tell(event any) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.out.Encode(event) // nobody is left to tell, if that fails
}

func (e *events) failure(r *bulk.Result) {
	if r.Err != nil {
		e.tell(failureEvent{head("failure"), r.Item.ID, r.Item.File, r.Item.Line, r.Class(), r.Err.Error()})
	}
}

func (e *events) changed(c router.Change, line string) {
	e.tell(targetEvent{head("target"), c.Target, c.To, line})
}

func (e *events) summary(s *bulk.Summary, output string) {
	event := summaryEvent{
		progressEvent: standing("summary", s.Snapshot), Stopped: reason(s), Unknown: s.Unknown, Superseded: s.Superseded, Repaired: s.Repaired,
	}
	if s.Failed+s.EarlierFailed > 0 {
		event.Failures = output + bulk.FailuresSuffix
	}
	e.tell(event)
}

// standing is an event of how a run stands.
func standing(name string, s bulk.Snapshot) progressEvent {
	event := progressEvent{eventHead: head(name), Snapshot: s}
	if n, known := s.Pending(); known {
		event.Pending = &n
	}
	if cost, known := s.Projected(); known {
		event.Projected = &cost
	}
	if left, known := s.ETA(); known {
		event.ETA = new(left.Seconds())
	}
	return event
}

// watch tells how a job stands from time to time, until over is closed.
func (e *events) watch(job *bulk.Job, over <-chan struct{}) {
	every(tellEvery, over, func() { e.tell(standing("progress", job.Snapshot())) })
}

// heed tells that an interrupt stops the job, if one does before over is closed.
func (e *events) heed(stop *interruption, over <-chan struct{}) {
	select {
	case <-stop.drain:
		e.tell(stoppingEvent{head("stopping"), "interrupted"})
	case <-over:
	}
}
