package document

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// answer is a partial answer with the id of its question.
type answer struct {
	id   string
	resp *request.Response
}

func texts(answers []answer) []string {
	list := make([]string, len(answers))
	for i, a := range answers {
		list[i] = a.resp.Content
	}
	return list
}

// reduceAll combines answers until one is left: as many neighbours as fit, level by level. Each level has fewer than the
// one before; one without a neighbour that fits moves up as it is. Ids are "name#reduce-LEVEL-GROUP", both from 1.
func (p *Processor) reduceAll(ctx context.Context, answers []answer, ask Ask, result *Result) ([]answer, error) {
	for level := 1; len(answers) > 1; level++ {
		groups, err := p.group(answers)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", result.Name, err)
		}
		next := make([]answer, len(groups))
		var list []question
		var at []int // the groups that the questions are about
		for i, group := range groups {
			if len(group) == 1 {
				next[i] = group[0]
				continue
			}
			q, err := p.combine(result.Name, level, i+1, group)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", result.Name, err)
			}
			list, at = append(list, q), append(at, i)
		}
		responses, err := p.askAll(ctx, list, ask, result)
		if err != nil {
			return nil, err
		}
		for i, resp := range responses {
			next[at[i]] = answer{list[i].id, resp}
		}
		answers = next
	}
	return answers, nil
}

// group puts neighbours together while they fit.
func (p *Processor) group(answers []answer) (groups [][]answer, err error) {
	start, total := 0, 0
	for i, a := range answers {
		n := tokens.For(p.plan.Request.Model, tokens.Text(a.resp.Content)+tokens.Text(separator))
		if n > p.plan.ChunkTokens {
			return nil, fmt.Errorf("the answer of %s has about %d tokens, more than the %d that fit a question; raise ChunkTokens or bound the answers with MaxTokens",
				a.id, n, p.plan.ChunkTokens)
		}
		if total+n > p.plan.ChunkTokens {
			groups = append(groups, answers[start:i])
			start, total = i, 0
		}
		total += n
	}
	groups = append(groups, answers[start:])
	if len(groups) == len(answers) {
		return nil, fmt.Errorf("no two answers about it fit a question of %d tokens; raise ChunkTokens or bound the answers with MaxTokens",
			p.plan.ChunkTokens)
	}
	return groups, nil
}

func (p *Processor) combine(name string, level, n int, group []answer) (question, error) {
	list := texts(group)
	joined := strings.Join(list, separator)
	text, err := p.reduce.write(map[string]any{"answers": list, "text": joined, "name": name, "level": level}, joined)
	return question{id: fmt.Sprintf("%s#reduce-%d-%d", name, level, n), req: p.question(text, nil)}, err
}
