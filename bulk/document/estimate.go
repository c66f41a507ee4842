package document

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// Estimate gives what Process would ask about a document at most, without asking. The questions about chunks are the very ones.
// Those that reduce answers are as many and as long as they get with answers of the greatest length: that of Request.MaxTokens,
// or without it the longest of which two can still be reduced together. Shorter answers need fewer of them.
func (p *Processor) Estimate(doc Document) ([]request.Request, error) {
	if doc.Err != nil {
		return nil, fmt.Errorf("%s: %w", doc.Name, doc.Err)
	}
	chunks, err := p.questions(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doc.Name, err)
	}
	list := make([]request.Request, len(chunks))
	for i := range chunks {
		list[i] = chunks[i].req
	}
	if p.reduce == nil {
		return list, nil
	}
	size := p.longestAnswer()
	together := p.plan.ChunkTokens / (size + p.separators())
	for level, n := 1, len(chunks); n > 1; level++ {
		groups := (n + together - 1) / together
		for i := range groups {
			of := min(together, n-i*together)
			if of == 1 {
				continue // moves up as it is
			}
			q, err := p.combine(doc.Name, level, i+1, madeUp(of, size, mark(doc.Name)+uint32(len(list))))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", doc.Name, err)
			}
			list = append(list, q.req)
		}
		n = groups
	}
	return list, nil
}

// longestAnswer is the most tokens that an answer can have for two to be reduced together, within what answers are bounded to.
func (p *Processor) longestAnswer() int {
	longest := max(1, p.plan.ChunkTokens/2-p.separators())
	if most := p.plan.Request.MaxTokens; most > 0 {
		return min(most, longest)
	}
	return longest
}

// separators is what joining takes for each answer.
func (p *Processor) separators() int {
	return tokens.For(p.plan.Request.Model, tokens.Text(separator))
}

// mark is a number that other documents hardly have.
func mark(name string) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // it never fails
	return sum.Sum32()
}

// madeUp are a number of answers of a size, in tokens. A number of their own makes them differ from those for another question: one
// that is asked twice counts once.
func madeUp(n, size int, own uint32) []answer {
	number := fmt.Sprint(own)
	text := number + strings.Repeat(" word", max(0, size-tokens.Text(number)))
	list := make([]answer, n)
	for i := range list {
		list[i] = answer{resp: &request.Response{Content: text}}
	}
	return list
}
