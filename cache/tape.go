package cache

import (
	"context"
	"iter"
	"strings"
	"sync"

	"github.com/seed63918563/llmgate/request"
)

// tape is what an upstream call has given so far. One writes it; any number read it, each from the start and at its own
// pace. Pieces of one kind that follow one another are held as one, so that it takes little more memory than the answer,
// and who reads late reads in larger pieces.
type tape struct {
	mu     sync.Mutex
	text   strings.Builder // of all deltas; only appended to, so that what was handed out never changes
	pieces []piece
	idle   []chan struct{} // of the readers that wait for more

	done chan struct{} // closed at the end; outcome is written before
	outcome
}

// outcome is how a call ended: with an answer, an error or a panic.
type outcome struct {
	// answer is as it is kept. first is the same as it came, for the one caller that it is charged to; nil if it came
	// without a charge, from the Store.
	answer   *request.Response
	first    *request.Response
	err      error
	panicked *Panic
}

// piece is a stretch of deltas. Its text runs from the end of the piece before it to its own end.
type piece struct {
	kind pieceKind
	end  int
	call request.ToolCallDelta // without its arguments, which are the text
	part request.Part
	// limits are told to the caller that the call was made for; they came with its answer.
	limits *request.Limits
}

type pieceKind uint8

const (
	pieceText pieceKind = iota
	pieceReasoning
	pieceCall
	piecePart
	pieceLimits
)

// add appends what a chunk carries.
func (t *tape) add(c request.Chunk) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.Limits != nil {
		t.open(piece{kind: pieceLimits, limits: new(*c.Limits)})
	}
	t.delta(pieceText, c.Content)
	t.delta(pieceReasoning, c.Reasoning)
	if !c.ToolCall.IsZero() {
		t.callDelta(c.ToolCall)
	}
	if c.Part != nil {
		t.open(piece{kind: piecePart, part: clonePart(c.Part)})
	}
	for _, wake := range t.idle {
		select {
		case wake <- struct{}{}:
		default: // left over from before
		}
	}
	clear(t.idle)
	t.idle = t.idle[:0]
}

func (t *tape) delta(kind pieceKind, text string) {
	if text == "" {
		return
	}
	if last := t.last(); last == nil || last.kind != kind {
		t.open(piece{kind: kind})
	}
	t.write(text)
}

func (t *tape) callDelta(d request.ToolCallDelta) {
	last := t.last()
	plain := d.ID == "" && d.Name == "" && d.Signature == ""
	if !plain || last == nil || last.kind != pieceCall || last.call.Index != d.Index {
		head := d
		head.Arguments = ""
		t.open(piece{kind: pieceCall, call: head})
	}
	t.write(d.Arguments)
}

func (t *tape) open(p piece) {
	p.end = t.text.Len()
	t.pieces = append(t.pieces, p)
}

// write appends to the last piece.
func (t *tape) write(text string) {
	t.text.WriteString(text)
	t.last().end = t.text.Len()
}

func (t *tape) last() *piece {
	if len(t.pieces) == 0 {
		return nil
	}
	return &t.pieces[len(t.pieces)-1]
}

// finish ends the tape.
func (t *tape) finish(o outcome) {
	t.outcome = o
	close(t.done)
}

// reader is a place on a tape.
type reader struct {
	tape  *tape
	piece int  // the one being read
	begun bool // something of it was read
	pos   int  // in the text
	wake  chan struct{}
}

func (t *tape) reader() *reader { return &reader{tape: t, wake: make(chan struct{}, 1)} }

// next gives what has come since it was called last, up to the end of a piece. If nothing has, the reader is woken once
// more comes.
func (r *reader) next() (c request.Chunk, ok bool) {
	t := r.tape
	t.mu.Lock()
	defer t.mu.Unlock()
	for ; r.piece < len(t.pieces); r.piece, r.begun = r.piece+1, false {
		if p := &t.pieces[r.piece]; !r.begun || r.pos < p.end {
			c = p.chunk(t.text.String()[r.pos:p.end], !r.begun)
			r.pos, r.begun = p.end, true
			return c, true
		}
		if r.piece == len(t.pieces)-1 {
			break // it may grow
		}
	}
	t.idle = append(t.idle, r.wake)
	return request.Chunk{}, false
}

// chunk is a stretch of the piece, which also carries what stands at its beginning.
func (p *piece) chunk(text string, begins bool) request.Chunk {
	switch p.kind {
	case pieceText:
		return request.Chunk{Content: text}
	case pieceReasoning:
		return request.Chunk{Reasoning: text}
	case pieceCall:
		d := request.ToolCallDelta{Index: p.call.Index}
		if begins {
			d = p.call
		}
		d.Arguments = text
		return request.Chunk{ToolCall: d}
	case pieceLimits:
		return request.Chunk{Limits: new(*p.limits)}
	}
	return request.Chunk{Part: clonePart(p.part)}
}

// chunks gives what comes until the tape or ctx ends; the caller finds out which.
func (t *tape) chunks(ctx context.Context) iter.Seq[request.Chunk] {
	return func(yield func(request.Chunk) bool) {
		r, ended := t.reader(), false
		for {
			c, ok := r.next()
			switch {
			case ok:
				if ctx.Err() != nil || !yield(c) {
					return
				}
				continue
			case ended:
				return
			}
			select {
			case <-r.wake:
			case <-t.done:
				ended = true // what came last may not have been read
			case <-ctx.Done():
				return
			}
		}
	}
}

// heard is what has come so far, without waiting for more.
func (t *tape) heard() iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		r := t.reader()
		for c, ok := r.next(); ok && yield(c, nil); c, ok = r.next() {
		}
	}
}

// partial is what has come so far as an answer, or nil.
func (t *tape) partial() *request.Response {
	var pieces request.Assembler
	for c := range t.heard() {
		pieces.Add(c)
	}
	if pieces.Size() == 0 {
		return nil
	}
	partial := new(request.Response)
	pieces.Fill(partial)
	return partial
}
