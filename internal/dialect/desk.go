package dialect

import (
	"context"
	"sync"

	"github.com/seed63918563/llmgate/request"
)

// Desk is where requests are answered in one piece, with codecs that are used again for their memory, and with the room that the
// request has beside its codec. It can be: a codec is no longer needed once the answer is whole, and neither answers nor errors
// point into it. A stream's can't, for its reader may leave it at any time. The zero value is ready for use.
type Desk[C any, P interface {
	*C
	Codec
}] struct{ places sync.Pool }

// place is what one call has at a desk.
type place[C any] struct {
	req   request.Request
	codec C
}

// Complete sends the request, with the codec that begin makes ready for it, and blocks until the whole answer has come.
func (d *Desk[C, P]) Complete(ctx context.Context, req *request.Request, begin func(*C, *request.Request)) (*request.Response, error) {
	p, ok := d.places.Get().(*place[C])
	if !ok {
		p = new(place[C])
	}
	p.req = *req
	begin(&p.codec, &p.req)
	resp, err := Complete(ctx, P(&p.codec))
	p.clear() // which a panic passes by, and leaves to the collector
	d.places.Put(p)
	return resp, err
}

// clear is apart from Complete, whose stack is held for as long as a model thinks.
func (p *place[C]) clear() { *p = place[C]{} }
