package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// begun is what is under way: calls with a hold and no end, and items with an intent and no outcome.
//
// A row for each of them would be written to be deleted a moment later, which costs as much again as what stays. So a commit
// writes all that it begins into one row, a page, and what has ended is known by what it left: a call by its entry, an item by an
// outcome that came after the page. From time to time one page of what is still under way takes the place of all pages.
type begun struct {
	holds   map[int64]store.Hold
	intents map[string]store.Intent
	// Of all that is under way: the greatest ID of a call and the last outcome that the file has.
	lastHold, lastSeq int64
}

func newBegun() begun {
	return begun{holds: map[int64]store.Hold{}, intents: map[string]store.Intent{}}
}

func (b *begun) len() int { return len(b.holds) + len(b.intents) }

// readBegun finds what is under way. Pages come first: what ends while the rest is read has then left its trace there.
func readBegun(ctx context.Context, from querier) (begun, error) {
	open := newBegun()
	pages, err := list(found(ctx, from, scanPage, "select seq, page from begun order by id"))
	if err != nil {
		return open, err
	}
	for _, page := range pages {
		maps.Copy(open.holds, page.holds)
		maps.Copy(open.intents, page.intents)
	}
	for id := range open.holds {
		open.lastHold = max(open.lastHold, id)
	}
	if err := open.end(ctx, from, pages); err != nil {
		return open, err
	}
	last, err := list(found(ctx, from, scanNumber, "select coalesce(max(id), 0) from entries union all select coalesce(max(seq), 0) from outcomes"))
	if err == nil {
		open.lastHold, open.lastSeq = max(open.lastHold, last[0]), last[1]
	}
	return open, err
}

// end takes out what has ended since its page was written.
func (b *begun) end(ctx context.Context, from querier, pages []begun) error {
	if len(pages) == 0 {
		return nil
	}
	since := map[string]int64{}
	for _, page := range pages {
		for item := range page.intents {
			since[item] = page.lastSeq
		}
	}
	for o, err := range found(ctx, from, scanKey, "select seq, item, '' from outcomes where seq > ?", pages[0].lastSeq) {
		if err != nil {
			return err
		}
		if o.Seq > since[o.Item] {
			delete(b.intents, o.Item)
		}
	}
	for id := range b.holds {
		ended, err := list(found(ctx, from, scanNumber, "select 1 from entries where id = ?", id))
		if err != nil {
			return err
		}
		if len(ended) > 0 {
			delete(b.holds, id)
		}
	}
	return nil
}

func scanPage(r *sql.Rows) (page begun, err error) {
	var seq int64
	var text []byte
	if err := r.Scan(&seq, &text); err != nil {
		return page, err
	}
	page, err = parsePage(text)
	page.lastSeq = seq
	return page, err
}

func scanNumber(r *sql.Rows) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

// list gathers what a sequence yields, up to its error.
func list[T any](all iter.Seq2[T, error]) (values []T, err error) {
	for v, err := range all {
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// append writes a page.
func (b *begun) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b.holds)))
	for _, h := range b.holds {
		dst = binary.AppendVarint(dst, h.ID)
		dst = binary.AppendVarint(dst, h.Account)
		dst = binary.AppendVarint(dst, int64(h.Amount))
		dst = binary.AppendVarint(dst, nanos(h.At))
		dst = appendText(dst, h.Item)
		dst = binary.AppendUvarint(dst, uint64(number(h.Priced)))
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.intents)))
	for _, n := range b.intents {
		dst = binary.AppendVarint(dst, nanos(n.At))
		dst = appendText(dst, n.Item)
		dst = appendText(dst, n.Body)
	}
	return dst
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func appendText[T string | []byte](dst []byte, text T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// parsePage reads a page.
func parsePage(text []byte) (begun, error) {
	p, b := pageParser{rest: text}, newBegun()
	for range p.count() {
		h := store.Hold{ID: p.int(), Account: p.int(), Amount: request.Money(p.int()), At: fromNanos(p.int()), Item: string(p.text())}
		h.Priced = p.uint() != 0
		b.holds[h.ID] = h
	}
	for range p.count() {
		n := store.Intent{At: fromNanos(p.int()), Item: string(p.text()), Body: slices.Clone(p.text())}
		b.intents[n.Item] = n
	}
	if p.torn || len(p.rest) > 0 {
		return b, fmt.Errorf("%w: a page of what was begun", store.ErrCorrupt)
	}
	return b, nil
}

// pageParser takes values off a page; once one was torn, all are 0.
type pageParser struct {
	rest []byte
	torn bool
}

func (p *pageParser) take(n int) {
	if n <= 0 {
		p.rest, p.torn = nil, true
		return
	}
	p.rest = p.rest[n:]
}

func (p *pageParser) int() int64 {
	v, n := binary.Varint(p.rest)
	p.take(n)
	return v
}

func (p *pageParser) uint() uint64 {
	v, n := binary.Uvarint(p.rest)
	p.take(n)
	return v
}

// count is a number of things that take a byte each at least.
func (p *pageParser) count() int {
	if n := p.uint(); n <= uint64(len(p.rest)) {
		return int(n)
	}
	p.take(0)
	return 0
}

func (p *pageParser) text() (text []byte) {
	n := p.count()
	text, p.rest = p.rest[:n], p.rest[n:]
	return text
}
