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

// Outcome is how an item ended. Writing it removes the item's intent.
type Outcome struct {
	// Seq is the place in the order of commits, from 1. The store gives it; Commit ignores it.
	Seq  int64
	Item string
	// Place, if not nil, is where the owner keeps the Seq of the item's outcome, 0 if it has none: Commit removes that outcome,
	// and sets Place to the Seq of this one before it returns. A commit has a Place once at most. What is read has none.
	//
	// The store does not look for an outcome of the same item by itself: among millions that would cost more than all the rest of
	// a commit.
	Place *int64
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
