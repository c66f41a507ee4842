package cache

import (
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/request"
)

// DefaultMaxBytes bounds the answers held in memory unless the configuration says otherwise.
const DefaultMaxBytes = 64 << 20

// Config says what is kept, for how long, and what counts as the same request. The zero value of a field is its default.
type Config struct {
	// MaxBytes bounds what is held in memory, by an estimate that counts texts, media and overhead (64 MiB). MaxEntries
	// bounds the number of answers; 0 leaves it to the bytes. The answer that was not asked for the longest goes first.
	MaxBytes   int64
	MaxEntries int
	// TTL is how long an answer may be given again, from when it was received. 0 is until there is no room for it.
	TTL time.Duration
	// KeepTruncated also keeps answers that ended because a limit on their length was reached.
	KeepTruncated bool

	// Skip tells the requests that the cache has nothing to do with, such as those with a temperature. Nil is none. It
	// must not change the request.
	Skip func(*request.Request) bool
	// Vary gives a text that must be the same, too, for two requests to be: a label, say. Nil is none. It must not change
	// the request.
	Vary func(*request.Request) string
	// Normalize takes out of a request what makes no difference to its answer, such as User. Only the key is made from
	// what it leaves; what is sent stays as it was. It gets a copy, of which it may set the fields, but must not write to
	// what they hold: it replaces a slice or a map instead.
	Normalize func(*request.Request)

	// Store keeps answers beyond the process, such as store/sqlite; nil is memory only. An answer is written to it before it
	// is given to anybody, so that each costs the time of a commit more. Nothing is removed from it but by TTL. A failure of it never fails a request: it is logged,
	// counted, and the model is asked.
	Store Store
	// Namespace keeps clients that share a Store apart. Set it where a request can mean different models to them, because
	// it names none or because they know different models by one name.
	Namespace string
	// Logger gets a warning for each failure of the Store, without content; nil is silent.
	Logger *zap.Logger
}

// complete fills in defaults and reports all faults together.
func (c *Config) complete() error {
	var faults []string
	negative := func(field string, is bool) {
		if is {
			faults = append(faults, field+" is negative; leave it 0 for the default")
		}
	}
	negative("MaxBytes", c.MaxBytes < 0)
	negative("MaxEntries", c.MaxEntries < 0)
	negative("TTL", c.TTL < 0)
	if len(faults) > 0 {
		return fmt.Errorf("cache: %s", strings.Join(faults, "; "))
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.Logger == nil {
		c.Logger = zap.NewNop()
	}
	return nil
}
