package contract

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// streamCases are about streams alone; what they carry is tested with everything else, for each case asks in both ways.
var streamCases = []check{
	{name: "stream: pieces come as they are written", needs: []Feature{Wire}, run: piecesInTime},
	{name: "stream: nothing is sent before the loop", run: lazyStream},
	{name: "stream: leaving the loop early", run: leaving},
	{name: "stream: a panic in the loop", run: panicking},
}

// piecesInTime has a model begin after 2 s and write 10 tokens a second.
func piecesInTime(s *stage) error {
	client, _ := s.open(setting{Config: sim.Config{
		TTFT: sim.Constant(2), TokensPerSecond: sim.Constant(10),
		Respond: func(*sim.Prompt) *sim.Answer { return &sim.Answer{Text: "a text of forty characters, more or less"} },
	}})
	start := time.Now()
	var first, last time.Duration
	pieces := 0
	for chunk, err := range client.Stream(s.ctx, ask("Write.")) {
		if err != nil {
			return err
		}
		if chunk.Content == "" {
			continue
		}
		if pieces++; pieces == 1 {
			first = time.Since(start)
		}
		last = time.Since(start)
	}
	return errors.Join(
		that(first >= 2*time.Second && first < 2200*time.Millisecond, "the first piece came after %v, but was written after 2 s", first),
		that(pieces >= 5 && last-first >= 800*time.Millisecond, "%d pieces came within %v, but took about 900 ms to write", pieces, last-first),
	)
}

func lazyStream(s *stage) error {
	client, p := s.open(setting{Config: says("Hello!")})
	stream := client.Stream(s.ctx, ask("Hello?"))
	if n := len(p.heard()); n > 0 {
		return fmt.Errorf("%d requests were sent before the first range", n)
	}
	for range 2 {
		resp, err := request.Collect(stream)
		if err := errors.Join(err, that(resp != nil && resp.Content == "Hello!", "the answer is %+v", resp)); err != nil {
			return err
		}
	}
	return want("the requests sent by two ranges", len(p.heard()), 2)
}

// endless is a provider that never ends an answer once it has begun.
func endless() setting {
	return setting{Config: sim.Config{
		Script: []sim.Fault{{Kind: sim.FaultStall, After: 8}},
		Respond: func(*sim.Prompt) *sim.Answer {
			return &sim.Answer{Text: "a text of some length, so that it has several pieces"}
		},
	}}
}

func leaving(s *stage) error {
	client, _ := s.open(endless())
	for _, err := range client.Stream(s.ctx, ask("Write.")) {
		if err != nil {
			return err
		}
		break
	}
	if err := s.leftovers(false); err != nil {
		return err
	}
	// Left as soon as the text begins: the client must not go on calling the loop with what it has already received.
	client, _ = s.open(setting{Config: says("a text of some length, so that it has several pieces")})
	for chunk, err := range client.Stream(s.ctx, ask("Write.")) {
		if err != nil {
			return err
		}
		if chunk.Content != "" {
			break
		}
	}
	return nil
}

func panicking(s *stage) (err error) {
	client, _ := s.open(endless())
	type own struct{}
	defer func() {
		if p := recover(); p != (own{}) {
			err = fmt.Errorf("the loop's panic came out as %v", p)
		}
	}()
	for range client.Stream(s.ctx, ask("Write.")) {
		panic(own{})
	}
	return errors.New("the loop's panic did not come out")
}
