package gemini

import (
	"context"
	"net/url"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// FindBatch looks through the batches that the account has.
func (c *Client) FindBatch(ctx context.Context, name string) (request.Batch, error) {
	if err := c.batching().Err(); err != nil {
		return request.Batch{}, err
	}
	u := *c.base
	u.Path, u.RawPath = u.Path+"/batches", ""
	query := url.Values{"pageSize": {dialect.BatchPage}}
	for range dialect.MaxBatchPages {
		u.RawQuery = query.Encode()
		page := batchPage{name: name}
		if err := c.dialect.Walk(ctx, c.dialect.Target(&u), nil, page.read); err != nil {
			return request.Batch{}, err
		}
		if page.found.name != "" {
			return page.found.batch(c), nil
		}
		if page.next == "" {
			break
		}
		query.Set("pageToken", page.next)
	}
	return request.Batch{}, nil
}

// batchPage is a page of the list, of which the batch of one name is kept.
type batchPage struct {
	name  string
	found operation
	next  string
}

func (p *batchPage) read(walk *dialect.Walk) error {
	return walk.Fields(func(field string) error {
		switch field {
		case "nextPageToken":
			return walk.Decode(&p.next)
		case "operations":
			return walk.Elements(func() error { return p.look(walk) })
		}
		return walk.Skip()
	})
}

func (p *batchPage) look(walk *dialect.Walk) error {
	var one operation
	err := one.read(walk)
	if err == nil && one.metadata.Name == p.name {
		p.found = one
	}
	return err
}
