package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/store"
)

// disk is a store with room for some commits, that goes on after Close as a file does.
type disk struct {
	store.Store
	room atomic.Int64
}

func newDisk(room int64) *disk {
	d := &disk{Store: store.NewMemory()}
	d.room.Store(room)
	return d
}

func (d *disk) Commit(ctx context.Context, b *store.Batch) error {
	if d.room.Add(-1) < 0 {
		return store.ErrFull
	}
	return d.Store.Commit(ctx, b)
}

func (d *disk) Close() error { return nil }

func (d *disk) open(ctx context.Context, output string) (*bulk.State, error) {
	return bulk.NewState(ctx, d, output)
}

func TestAFullDiskIsToldOnceAndLosesNothing(t *testing.T) {
	out, prompts := filepath.Join(t.TempDir(), "answers.jsonl"), distinct(t)
	for _, room := range []int64{1, 2, 3, 5, 7, 9} {
		d := newDisk(room)
		inBubble(t, func(t *testing.T, s *session) {
			s.openState = d.open
			s.expect(t, exitFailed, "run", prompts, "-c", "2", "-o", out, "--overwrite")
			s.saysErr(t, "nothing that was answered before is lost: with that mended, the same command goes on")
			if got := strings.Count(s.err.String(), "no room left"); got != 1 {
				t.Errorf("with room for %d commits it is said %d times that there is no room:\n%s", room, got, s.err.String())
			}
		})
		d.room.Store(1 << 30)
		inBubble(t, func(t *testing.T, s *session) {
			s.openState = d.open
			s.expect(t, exitOK, "run", prompts, "-o", out, "--overwrite")
			if got := len(objects(t, contents(t, out))); got != 5 {
				t.Errorf("with room for %d commits, and then for more: %d results", room, got)
			}
		})
		if err := os.Remove(out); err != nil {
			t.Fatal(err)
		}
	}
}
