package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/bulk/schema"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

type docsFlags struct {
	runFlags
	reduce           string
	include, exclude []string
	chunk, overlap   int
	maxTokens        int
}

// docsInFlight is how many documents are held in memory at once.
const docsInFlight = 16

func (a *app) docsCommand() *cobra.Command {
	var f docsFlags
	cmd := &cobra.Command{
		Use:   "docs PATH…",
		Short: "Ask about documents: summarise, extract, classify",
		Long: `docs asks a question about every document in files, folders and globs (** is any number of folders): txt, md, html, pdf, csv,
docx, and images for models that see. A long document is split into chunks, each is asked about, and --reduce makes one answer
of theirs, level by level if it must. --schema asks for JSON and holds the answers to it.

The answers, one for each document, go to -o OUT; OUT.state remembers every answer on the way. The same command again pays only
for what is new: documents that were added or changed. --dry-run tells beforehand what it would come to, at most.`,
		Example: `  llmgate docs reports --prompt "Summarise in three sentences." --reduce "Make one summary of these." -o summaries.jsonl
  llmgate docs 'mail/**/*.html' --prompt "Who wants what?" --schema who.json -o who.jsonl --model openai/gpt-5-mini
  llmgate docs reports --prompt "Summarise." --max-tokens 300 --model openai/gpt-5-mini --dry-run`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("docs takes files, folders and globs; see llmgate docs --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.docs(cmd.Context(), args, &f) },
	}
	f.gateFlags.register(cmd)
	f.keptFlags.register(cmd)
	f.checkFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.sourceFlags.prompt, "prompt", "", "question about each chunk, a template with .text, .name, .chunk and .chunks")
	flags.StringVar(&f.reduce, "reduce", "", "question that makes one answer of those to the chunks, a template with .answers, .text, .name and .level")
	flags.StringVar(&f.sourceFlags.system, "system", "", "instructions that stand before each question")
	flags.IntVar(&f.maxTokens, "max-tokens", 0, "end each answer after this many tokens")
	flags.IntVar(&f.chunk, "chunk-tokens", document.DefaultChunkTokens, "size of a chunk, in tokens as estimated")
	flags.IntVar(&f.overlap, "overlap-tokens", 0, "how much of a chunk is repeated in the next")
	flags.StringArrayVar(&f.include, "include", nil, "take only files in folders that match this glob; several times for more")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "leave out what matches this glob")
	flags.StringVarP(&f.output, "output", "o", "", "write the answers to this file, with a state beside it")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace the output file if it has content and no state")
	flags.StringVar(&f.order, "order", string(bulk.Completion), `order of the answers: "completion" or "input"`)
	flags.IntVarP(&f.concurrency, "concurrency", "c", docsInFlight, "how many documents are under way at most")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress, no messages about documents, no summary")
	return cmd
}

func (a *app) docs(ctx context.Context, paths []string, f *docsFlags) (err error) {
	if f.output == "" && !f.dryRun {
		return usage(errors.New("docs needs -o OUT, a file for the answers"))
	}
	if f.sourceFlags.prompt == "" {
		return usage(errors.New("docs needs --prompt, the question about each document"))
	}
	judge, err := f.checkFlags.judge()
	if err != nil {
		return err
	}
	found, planErr := document.Open(document.Config{Paths: paths, Include: f.include, Exclude: f.exclude})
	processor, err := document.New(f.plan(judge))
	if err = errors.Join(planErr, err); err != nil {
		return usage(err)
	}
	identity := f.identity(judge)
	reckon := a.reckonDocuments(ctx, found, processor, identity)
	if f.dryRun {
		return a.tellPlan(ctx, &f.gateFlags, f.output, "documents", f.asJSON, reckon)
	}
	set, err := f.setup(a)
	if err != nil {
		return err
	}
	if err := checkOutput(&f.runFlags, nothing{}); err != nil {
		return err
	}
	total := found.Count()
	if total == 0 {
		return usage(fmt.Errorf("no documents in %s: there, only txt, md, html, pdf, csv, docx and images are read; name files of other kinds themselves", strings.Join(paths, ", ")))
	}
	err = set.rehearse(ctx, func(gate *opened) error { return a.confirm(ctx, &f.runFlags, gate, "documents", reckon) })
	if err != nil {
		return err
	}
	return a.withState(ctx, &f.runFlags, set, func(state *bulk.State, gate *opened) error {
		stop := a.heedInterrupts(ctx, nothing{}, gate)
		defer stop.end()
		cfg := f.job(gate, stop)
		cfg.Source, cfg.Total = strings.Join(paths, " "), total
		cfg.Items = documents(found.Documents(ctx), identity)
		cfg.Compose = func(ctx context.Context, item *source.Item, ask bulk.Ask) (*request.Response, error) {
			return answerDocument(ctx, processor, item, ask, judge, f.repairs)
		}
		return a.workOn(state, gate, &f.runFlags, cfg, stop)
	})
}

// reckonDocuments plans what would be asked about documents.
func (a *app) reckonDocuments(ctx context.Context, found *document.Source, p *document.Processor, identity string) reckoner {
	return func(gate *opened, state *bulk.State) (*bulk.Plan, error) {
		return a.reckon(gate, bulk.PlanConfig{
			Items: documents(found.Documents(ctx), identity), State: state,
			Parts: func(item *source.Item) ([]request.Request, error) { return p.Estimate(documentOf(item)) },
		})
	}
}

// plan is what is asked about each document.
func (f *docsFlags) plan(j *judge) document.Plan {
	req := request.Request{MaxTokens: f.maxTokens}
	if f.system != "" {
		req.Messages = []request.Message{{Role: request.RoleSystem, Content: f.system}}
	}
	return document.Plan{
		Prompt: f.prompt, Reduce: f.reduce, Request: j.request(req), ChunkTokens: f.chunk, OverlapTokens: f.overlap,
	}
}

// identity is all that makes an answer to a document another one, besides its text.
func (f *docsFlags) identity(j *judge) string {
	text := fmt.Sprintf("%q %q %q %d %d %d", f.prompt, f.reduce, f.system, f.maxTokens, f.chunk, f.overlap)
	if j != nil {
		text += fmt.Sprintf(" %q", j.text)
	}
	return text
}

// documents makes items of documents. Their request holds the document, and is never sent.
func documents(found iter.Seq2[document.Document, error], identity string) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		n := 0
		for doc, err := range found {
			if errors.Is(doc.Err, document.ErrSkipped) {
				continue
			}
			item := source.Item{Index: n, File: doc.Path, ID: doc.Name}
			if doc.Err != nil {
				item.Err = &source.LineError{File: doc.Name, Err: doc.Err}
			}
			item.Request.Messages = []request.Message{
				{Role: request.RoleSystem, Content: identity}, {Role: request.RoleUser, Content: doc.Text, Parts: doc.Media},
			}
			n++
			if !yield(item, err) {
				return
			}
		}
	}
}

// documentOf is the document that an item was made of.
func documentOf(item *source.Item) document.Document {
	content := item.Request.Messages[1]
	return document.Document{Name: item.ID, Path: item.File, Text: content.Content, Media: content.Parts}
}

// answerDocument asks about a document, and makes one answer of what comes.
func answerDocument(ctx context.Context, p *document.Processor, item *source.Item, ask bulk.Ask, j *judge, repairs int) (*request.Response, error) {
	asked := func(ctx context.Context, _ string, req request.Request) (*request.Response, error) {
		return ask(ctx, req)
	}
	if j != nil {
		asked = schema.Repairing(asked, j, repairs)
	}
	result, err := p.Process(ctx, documentOf(item), asked)
	if err != nil {
		return nil, err
	}
	resp := &request.Response{FinishReason: request.FinishStop}
	last := result.Last
	if last == nil && len(result.Chunks) > 0 {
		last = result.Chunks[0]
	}
	if last != nil {
		resp.Provider, resp.Model, resp.FinishReason, resp.Warnings = last.Provider, last.Model, last.FinishReason, last.Warnings
	}
	resp.Content, resp.Usage = result.Text, result.Usage
	return resp, nil
}

// nothing is an input that is not there.
type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }
func (nothing) Close() error             { return nil }
