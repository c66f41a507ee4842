package openai

import (
	"context"
	"net/url"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// nameKey is the field of a batch's metadata that has its name.
const nameKey = "llmgate"

// FindBatch looks through the batches that the account has.
func (c *Client) FindBatch(ctx context.Context, name string) (request.Batch, error) {
	if err := c.batching().Err(); err != nil {
		return request.Batch{}, err
	}
	query := url.Values{"limit": {dialect.BatchPage}}
	for range dialect.MaxBatchPages {
		target, err := c.dialect.TargetBehind("/batches?" + query.Encode())
		if err != nil {
			return request.Batch{}, err
		}
		var page struct {
			Data []batchObject `json:"data"`
			More bool          `json:"has_more"`
		}
		if err := c.dialect.Fetch(ctx, target, nil, &page); err != nil {
			return request.Batch{}, err
		}
		for i := range page.Data {
			if page.Data[i].Metadata[nameKey] == name {
				return page.Data[i].batch(c), nil
			}
		}
		if !page.More || len(page.Data) == 0 {
			break
		}
		query.Set("after", page.Data[len(page.Data)-1].ID)
	}
	return request.Batch{}, nil
}
