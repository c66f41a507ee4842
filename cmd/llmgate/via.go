package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/request"
)

// checkVia refuses what does not go with a batch API.
func (f *runFlags) checkVia() error {
	switch {
	case f.via == "":
		return nil
	case f.via != "batch":
		return fmt.Errorf("--via %q: the only other way is batch; leave it out to ask one by one", f.via)
	case f.output == "":
		return errors.New("--via batch needs -o OUT, where it is remembered which batches were submitted")
	}
	return nil
}

// anything is an item that every batch API takes.
var anything = request.BatchItem{ID: "item", Request: request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "text"}}}}

// batch is the way through the batch API of the only model, nil if the flags don't ask for it.
func (f *runFlags) batch(ctx context.Context, gate *opened) (*bulk.Batch, error) {
	if f.via == "" {
		return nil, nil
	}
	if !gate.alone {
		return nil, usage(errors.New("--via batch takes one model, for nothing can be fallen back on; name one by --model"))
	}
	client, err := gate.single(ctx)
	if err != nil {
		return nil, usage(err)
	}
	batcher, ok := client.(request.Batcher)
	if !ok {
		return nil, usage(fmt.Errorf("--via batch: %s has no batch API; leave it out", gate.first))
	}
	if _, err := batcher.BatchItemSize(anything); err != nil {
		return nil, usage(fmt.Errorf("--via batch: %w", err))
	}
	return &bulk.Batch{
		Client: batcher, Provider: gate.provider, Model: gate.model, Prices: gate.prices, AllowUnbounded: gate.unbounded,
	}, nil
}
