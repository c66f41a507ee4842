package store_test

import (
	"testing"

	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Exercise(t, func(*testing.T) store.Store { return store.NewMemory() })
}
