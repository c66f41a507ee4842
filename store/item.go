package store

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Intent says that an item is about to be sent. An item with an intent and no outcome was under way when the program
// stopped: whether it was answered is unknown.
type Intent struct {
	Item string
	At   time.Time
	// Body is the owner's, such as what is needed to send the item again; nil if there is none.
	Body []byte
}

// Outcome is how an item ended. Writing it removes the item's intent; a second outcome of an item replaces the first and
// moves to the end of the order.
type Outcome struct {
	// Seq is the place in the order of commits, from 1. The store gives it; Commit ignores it.
	Seq  int64
	Item string
	// Class is empty for a success.
	Class request.Class
	At    time.Time
	// Body is the owner's, such as the answer; nil if there is none.
	Body []byte
}

// CacheEntry is a cached answer. A second entry of one key replaces the first.
type CacheEntry struct {
	Key   string
	Value []byte
	// Expires is when the answer is no longer good; zero is never.
	Expires time.Time
}
