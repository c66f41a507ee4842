package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
)

// longRest is the shortest wait that a person is told of.
const longRest = 5 * time.Second

// notices tell a person why nothing comes: a model that keeps failing, is not asked any more, or has to be waited for. Without
// them a run without a network would be silent for as long as it waits for one.
type notices struct {
	mu     sync.Mutex
	say    func(c router.Change, line string) // nil says nothing
	silent map[string]time.Time               // by target: until when its rest has been told
	broken map[string]bool                    // targets that were said to keep failing
}

func newNotices() *notices {
	return &notices{silent: map[string]time.Time{}, broken: map[string]bool{}}
}

// tell sets who is told from now on.
func (n *notices) tell(say func(line string)) {
	n.report(func(_ router.Change, line string) { say("llmgate: " + line) })
}

// report is tell for those who want to know more than the line.
func (n *notices) report(say func(c router.Change, line string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.say = say
}

// Changed is told by the dispatcher.
func (n *notices) Changed(c router.Change) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if line := n.line(c, time.Now()); line != "" && n.say != nil {
		n.say(c, line)
	}
}

// line is empty for what nobody needs to know.
func (n *notices) line(c router.Change, now time.Time) string {
	switch c.To {
	case policy.Open.String():
		if n.broken[c.Target] {
			return ""
		}
		n.broken[c.Target] = true
		return fmt.Sprintf("%s keeps failing and is left alone for a while, then tried again; interrupt to stop: %v", c.Target, c.Err)
	case policy.Closed.String():
		if !n.broken[c.Target] {
			return ""
		}
		delete(n.broken, c.Target)
		return c.Target + " answers again"
	case router.TakenOut:
		return fmt.Sprintf("%s is not asked any more: %v", c.Target, c.Err)
	case router.Resting:
		until := now.Add(c.Rest)
		if c.Rest < longRest || until.Before(n.silent[c.Target].Add(longRest)) {
			return ""
		}
		n.silent[c.Target] = until
		return fmt.Sprintf("%s asks to wait %s", c.Target, c.Rest.Round(time.Second))
	}
	return ""
}
