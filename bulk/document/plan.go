package document

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/textsplitter"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// Ask answers a question. It bounds how many are under way and is where answers are remembered: it is asked the same ids with
// the same requests whenever the same document is processed by the same plan. It must be safe for concurrent use.
type Ask = func(ctx context.Context, id string, req request.Request) (*request.Response, error)

// Plan says what to ask about a document.
type Plan struct {
	// Prompt is the question about each chunk, a Go template with .text, .name (the document's), .chunk (from 1) and .chunks.
	// Where it does not use .text, the text follows it. Required.
	Prompt string
	// Reduce is the question that makes one answer of several, a Go template with .answers (a list), .text (the answers
	// joined by blank lines), .name and .level (from 1). Where it uses neither of the first two, the text follows it. A
	// document of one chunk is not reduced. Empty: the answers stand one after the other.
	Reduce string
	// Request is what all questions have in common: model, parameters, form of the answer, and messages, such as a system
	// message, that go before the question.
	Request request.Request
	// ChunkTokens bounds the text of a question, in tokens as estimated for the model: the chunk of a document, or the answers
	// that are reduced together. DefaultChunkTokens if 0; leave room in the model's context for the prompt and the answer.
	ChunkTokens int
	// OverlapTokens is how much of a chunk is repeated in the next. 0: none.
	OverlapTokens int
	// Splitter cuts the text in place of a [Splitter] of these sizes.
	Splitter textsplitter.TextSplitter
	// Concurrency bounds the questions that are asked at once about one document; DefaultConcurrency if 0.
	Concurrency int
}

// The defaults of a Plan. The chunks fit the context of any model of today.
const (
	DefaultChunkTokens = 4000
	DefaultConcurrency = 8
)

// Processor asks about documents as planned. It is safe for concurrent use.
type Processor struct {
	plan           Plan
	prompt, reduce *prompt
}

// New checks a plan and reports all its faults together.
func New(p Plan) (*Processor, error) {
	p.ChunkTokens = cmp.Or(p.ChunkTokens, DefaultChunkTokens)
	p.Concurrency = cmp.Or(p.Concurrency, DefaultConcurrency)
	faults := make([]error, 4)
	out := &Processor{}
	if p.Prompt == "" {
		faults[0] = errors.New("document: Prompt: empty; say what to ask about each document")
	} else {
		out.prompt, faults[0] = newPrompt("Prompt", p.Prompt, []string{"text"}, "name", "chunk", "chunks")
	}
	if p.Reduce != "" {
		out.reduce, faults[1] = newPrompt("Reduce", p.Reduce, []string{"answers", "text"}, "name", "level")
	}
	if p.Concurrency < 0 {
		faults[2] = fmt.Errorf("document: Concurrency: %d; give at least 1", p.Concurrency)
	}
	own := Splitter{ChunkTokens: estimated(p.Request.Model, p.ChunkTokens), OverlapTokens: estimated(p.Request.Model, p.OverlapTokens)}
	if p.Splitter == nil {
		faults[3] = own.validate()
		p.Splitter = own
	}
	out.plan = p
	return out, errors.Join(faults...)
}

// estimated turns tokens of a model into those of the estimate, rounding down: it is the inverse of tokens.For.
func estimated(model string, n int) int {
	if n <= 0 {
		return n
	}
	return n * n / tokens.For(model, n)
}

// question is the request that asks a text, with media beside it.
func (p *Processor) question(text string, media []request.Part) request.Request {
	req := p.plan.Request
	req.Messages = append(slices.Clone(req.Messages), request.Message{Role: request.RoleUser, Content: text, Parts: media})
	return req
}
