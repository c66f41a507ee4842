package cell

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// variable holds, as JSON, the order that a process is to follow and nothing else.
const variable = "LLMGATE_BENCH_CELL"

// Order is one measurement.
type Order struct {
	Kind, Client string
	Root         string // of the server
	N            int    // requests
}

// Apart has a program that calls ObeyIfAsked follow the order in a process of its own, and gives it so much time. The error has
// the end of what a failed process said.
func (o Order) Apart(program string, patience time.Duration) (f Figures, err error) {
	order, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), variable+"="+string(order))
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("not done after %v: %w", patience, ctx.Err())
	case err != nil:
		return nil, errors.Join(err, errors.New(lastWords(said.String())))
	}
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		return nil, fmt.Errorf("%s printed %q: %w", program, out.String(), err)
	}
	return f, nil
}

// lastWords is short enough for a line of a table's foot.
func lastWords(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	const most = 300
	if len(text) > most {
		text = "…" + strings.ToValidUTF8(text[len(text)-most:], "")
	}
	return text
}

// ObeyIfAsked follows the order that Apart gave the process, if it did, and ends it. It belongs at the beginning of main.
func ObeyIfAsked(clients func(name string) (Open, bool)) {
	order := os.Getenv(variable)
	if order == "" {
		return
	}
	f, err := obey(order, clients)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func obey(order string, clients func(string) (Open, bool)) (Figures, error) {
	var o Order
	if err := json.Unmarshal([]byte(order), &o); err != nil {
		return nil, err
	}
	open, ok := clients(o.Client)
	if !ok {
		return nil, fmt.Errorf("no client %q", o.Client)
	}
	return Measure(o.Kind, open, o.Root, o.N)
}
