package sim

import (
	"encoding/json"
	"hash/fnv"
	"time"

	"github.com/seed63918563/llmgate/internal/tokens"
)

// messagesCache marks a block up to which the prompt is to be cached.
type messagesCache struct {
	Type string `json:"type"`
	TTL  string `json:"ttl"`
}

func (c *messagesCache) keep() time.Duration {
	switch {
	case c == nil:
		return 0
	case c.TTL == "1h":
		return time.Hour
	}
	return briefly
}

// mostMarks is how many blocks the vendor lets be marked.
const mostMarks = 4

func (m *messages) checkCache() string {
	marks, brief := 0, false
	fault := ""
	m.walk(func(_ any, _ int, mark *messagesCache) {
		switch {
		case mark == nil || fault != "":
			return
		case mark.Type != "ephemeral":
			fault = "cache_control.type: Input should be 'ephemeral'"
		case mark.TTL != "" && mark.TTL != "5m" && mark.TTL != "1h":
			fault = "cache_control.ephemeral.ttl: Input should be '5m' or '1h'"
		case brief && mark.TTL == "1h":
			fault = "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
		}
		marks++
		brief = brief || mark.TTL != "1h"
	})
	if fault == "" && marks > mostMarks {
		return "A maximum of 4 blocks with cache_control may be provided."
	}
	return fault
}

// walk visits the blocks of the prompt in the order in which they are cached, each with its size and mark. A mark on the
// whole request is one on the last block.
func (m *messages) walk(visit func(block any, size int, mark *messagesCache)) {
	for _, t := range m.Tools {
		mark := t.CacheControl
		t.CacheControl = nil
		visit(t, 8+tokens.Text(t.Name)+tokens.Text(t.Description)+tokens.Text(string(t.InputSchema)), mark)
	}
	for _, b := range m.System {
		mark := b.CacheControl
		b.CacheControl = nil
		visit(b, b.size(), mark)
	}
	for i, one := range m.Messages {
		for j, b := range one.Content {
			mark := b.CacheControl
			b.CacheControl = nil
			if i == len(m.Messages)-1 && j == len(one.Content)-1 && mark == nil {
				mark = m.CacheControl
			}
			visit([]any{one.Role, b}, b.size(), mark)
		}
	}
}

func (b *messagesBlock) size() int {
	n := tokens.Text(b.Text)
	switch b.Type {
	case "image", "document":
		n += mediaTokens
	case "tool_use":
		n += tokens.Text(b.Name) + tokens.Text(string(b.Input))
	case "tool_result":
		for _, inner := range b.Content {
			n += inner.size()
		}
	}
	return n
}

// prefixes are the beginnings of the prompt, block by block. Those after the last mark are of no use to the cache, and
// without a mark there are none.
func (m *messages) prefixes() (out []prefix) {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(m.Model))
	total, marked := 0, 0
	m.walk(func(block any, size int, mark *messagesCache) {
		text, _ := json.Marshal(block)
		_, _ = sum.Write(text)
		total += size
		out = append(out, prefix{sum: sum.Sum64(), tokens: total, keep: mark.keep()})
		if mark != nil {
			marked = len(out)
		}
	})
	return out[:marked]
}
