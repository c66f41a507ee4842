package document

import (
	"fmt"
	"strconv"
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
			q, err := p.combine(doc.Name, level, i+1, madeUp(of, size, len(list)))
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

// madeUp are a number of answers of a size, in tokens, that differ from those for another place: a question that is asked twice
// would count once.
func madeUp(n, size, place int) []answer {
	list := make([]answer, n)
	number := strconv.Itoa(place)
	words := strings.Repeat(" word", max(0, size-tokens.Text(number)))
	for i := range list {
		list[i] = answer{resp: &request.Response{Content: number + words}}
	}
	return list
}
