package document

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/request"
)

// Result is what was answered about one document.
type Result struct {
	Name string
	// Text is the answer about the document: that of its only chunk, the reduced one, or without Reduce those of the chunks,
	// joined by blank lines.
	Text string
	// Chunks are the answers about the chunks, in order.
	Chunks []*request.Response
	// Last is the answer that Text is from. Nil where there are several.
	Last *request.Response
	// Requests is how many questions were answered, Usage the sum of what they used.
	Requests int
	Usage    request.Usage
}

// separator stands between answers that are joined.
const separator = "\n\n"

// question is one thing to ask.
type question struct {
	id  string
	req request.Request
}

// Process asks about each chunk of a document, several at once, and reduces the answers. It blocks until all it asked has been
// answered: after a failure it asks nothing new and returns the faults of all questions with their ids, and the result so
// far. A document with an Err fails with it.
func (p *Processor) Process(ctx context.Context, doc Document, ask Ask) (Result, error) {
	result := Result{Name: doc.Name}
	if doc.Err != nil {
		return result, fmt.Errorf("%s: %w", doc.Name, doc.Err)
	}
	questions, err := p.questions(doc)
	if err != nil {
		return result, fmt.Errorf("%s: %w", doc.Name, err)
	}
	result.Chunks, err = p.askAll(ctx, questions, ask, &result)
	if err != nil {
		return result, err
	}
	answers := make([]answer, len(questions))
	for i, resp := range result.Chunks {
		answers[i] = answer{questions[i].id, resp}
	}
	if p.reduce != nil {
		if answers, err = p.reduceAll(ctx, answers, ask, &result); err != nil {
			return result, err
		}
	}
	if len(answers) == 1 {
		result.Last = answers[0].resp
	}
	result.Text = strings.Join(texts(answers), separator)
	return result, nil
}

// questions are those about the chunks: one where there is only an image. Ids are "name#chunk-1", "name#chunk-2".
func (p *Processor) questions(doc Document) ([]question, error) {
	chunks := []string{""}
	if doc.Text != "" {
		var err error
		if chunks, err = p.plan.Splitter.SplitText(doc.Text); err != nil {
			return nil, err
		}
	}
	if len(chunks) == 0 || doc.Text == "" && len(doc.Media) == 0 {
		return nil, errors.New("nothing to ask about: neither text nor media")
	}
	list := make([]question, len(chunks))
	for i, chunk := range chunks {
		text, err := p.prompt.write(map[string]any{"text": chunk, "name": doc.Name, "chunk": i + 1, "chunks": len(chunks)}, chunk)
		if err != nil {
			return nil, err
		}
		list[i] = question{id: fmt.Sprintf("%s#chunk-%d", doc.Name, i+1), req: p.question(text, doc.Media)}
	}
	return list, nil
}

// askAll asks the questions and returns the answers in their order. Answers that others paid for are not cut off when one
// fails; only what was not begun stays unasked.
func (p *Processor) askAll(ctx context.Context, list []question, ask Ask, result *Result) ([]*request.Response, error) {
	answers, faults := make([]*request.Response, len(list)), make([]error, len(list))
	var failed atomic.Bool
	var group errgroup.Group
	group.SetLimit(p.plan.Concurrency)
	for i, q := range list {
		group.Go(func() error {
			if failed.Load() {
				return nil
			}
			resp, err := ask(ctx, q.id, q.req)
			if err == nil && resp == nil {
				err = errors.New("no answer")
			}
			if err != nil {
				failed.Store(true)
				faults[i] = fmt.Errorf("%s: %w", q.id, err)
			}
			answers[i] = resp
			return nil
		})
	}
	_ = group.Wait() // faults has them all, in order
	for i, resp := range answers {
		if resp != nil && faults[i] == nil {
			result.Requests++
			result.Usage = result.Usage.Add(resp.Usage)
		}
	}
	return answers, errors.Join(faults...)
}
