// Command documents sums up every document of a folder: a long one piece by piece, and then its pieces. Run it again, and it pays
// only for what is new. Without a third argument the built-in simulator answers; give a model, such as openai/gpt-5-mini, for real
// summaries.
//
//	go run ./examples/documents docs answers.db
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/store/sqlite"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("documents takes a folder, a file to remember answers in and, if you like, a model")
	}
	model := "sim/openai/gpt-5-mini"
	if len(os.Args) > 3 {
		model = os.Args[3]
	}
	if err := run(context.Background(), os.Stdout, os.Args[1], os.Args[2], model); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, folder, memory, model string) (err error) {
	answers, err := sqlite.Open(ctx, sqlite.Config{Path: memory})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answers.Close()) }()
	gate, err := llmgate.New(ctx, llmgate.Config{Models: []string{model}, Store: answers, Cache: &cache.Config{Store: answers}})
	if err != nil {
		return err
	}
	defer gate.Abort()
	found, err := document.Open(document.Config{Paths: []string{folder}})
	if err != nil {
		return err
	}
	summaries, err := document.New(document.Plan{
		Prompt:      "Sum up part {{.chunk}} of {{.chunks}} of {{.name}} in a sentence.",
		Reduce:      "Make one summary of these, in three sentences.",
		Request:     llmgate.Request{MaxTokens: 300},
		ChunkTokens: 1000,
	})
	if err != nil {
		return err
	}
	if err := sumUp(ctx, w, gate, found, summaries); err != nil {
		return err
	}
	for _, row := range gate.Ledger().Summary() {
		fmt.Fprintf(w, "%d answers paid for so far, %v\n", row.Calls, row.Spent)
	}
	return nil
}

// sumUp goes on past a document that can't be read or summed up, and tells of it.
func sumUp(ctx context.Context, w io.Writer, gate *llmgate.Gate, found *document.Source, summaries *document.Processor) error {
	ask := func(ctx context.Context, _ string, req llmgate.Request) (*llmgate.Response, error) {
		return gate.Complete(ctx, req)
	}
	for doc, err := range found.Documents(ctx) {
		if err != nil {
			return err
		}
		if errors.Is(doc.Err, document.ErrSkipped) {
			continue
		}
		summary, err := summaries.Process(ctx, doc, ask)
		if err != nil {
			fmt.Fprintln(w, err)
			continue
		}
		fmt.Fprintf(w, "%s, %d parts: %s\n", doc.Name, len(summary.Chunks), summary.Text)
	}
	return nil
}
