package bench

import (
	"context"
	"time"

	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// flight is one request under way.
type flight struct {
	start  time.Time
	client request.Client
	req    request.Request
	rec    measure.Record
}

func (f *flight) since() time.Duration { return time.Since(f.start) }

func (f *flight) complete(ctx context.Context) {
	resp, err := f.client.Complete(ctx, f.req)
	f.end(resp, err)
}

func (f *flight) stream(ctx context.Context) {
	var resp *request.Response
	for chunk, err := range f.client.Stream(ctx, f.req) {
		if err != nil {
			f.end(nil, err)
			return
		}
		if chunk.Content != "" || chunk.Reasoning != "" || chunk.Part != nil || !chunk.ToolCall.IsZero() {
			f.rec.Pieces = append(f.rec.Pieces, f.since())
		}
		if chunk.Response != nil {
			resp = chunk.Response
		}
	}
	f.end(resp, nil)
}

// end notes how the request ended. A client that gives neither an answer nor an error has broken off.
func (f *flight) end(resp *request.Response, err error) {
	f.rec.End = f.since()
	if err == nil && resp == nil {
		err = &request.Error{Class: request.ClassTruncated, Message: "the client gave no answer", MaybeBilled: true}
	}
	if err != nil {
		f.failed(request.AsError(err))
		return
	}
	f.rec.Limits = &resp.Limits
	f.count(resp)
	f.attempts(resp.Attempts)
	f.cost(&resp.Usage, false, resp.Attempts)
}

func (f *flight) failed(e *request.Error) {
	f.rec.Class, f.rec.Error, f.rec.Limits = e.Class, e.Error(), &e.Limits
	usage := request.Usage{}
	if e.Partial != nil {
		f.count(e.Partial)
		usage = e.Partial.Usage
	}
	f.attempts(e.Attempts)
	f.cost(&usage, !e.MaybeBilled, e.Attempts)
}

// count takes the provider's counts, or guesses.
func (f *flight) count(resp *request.Response) {
	u := &resp.Usage
	f.rec.Input, f.rec.Output, f.rec.Estimated = u.PromptTokens(), u.OutputTokens, !u.Reported
	if !u.Reported && !u.Estimated { // nothing is known
		f.rec.Input = tokens.For(f.req.Model, tokens.Request(&f.req))
		f.rec.Output = tokens.For(f.req.Model, tokens.Response(resp))
	}
}

// attempts notes the tries. A client that tells of none has made one.
func (f *flight) attempts(list []request.Attempt) {
	if len(list) == 0 {
		f.rec.Attempts = []measure.Attempt{{Class: f.rec.Class, Sent: f.rec.Sent, End: f.rec.End}}
		return
	}
	f.rec.Attempts = make([]measure.Attempt, len(list))
	for i, a := range list {
		sent := a.Start.Sub(f.start)
		f.rec.Attempts[i] = measure.Attempt{Target: a.Provider + "/" + a.Model, Class: a.Class, Sent: sent, End: sent + a.Latency, Waited: a.Waited}
	}
}

// cost adds up what attempts cost, or takes that of the whole where there is but one. Free: nothing can have been billed.
func (f *flight) cost(u *request.Usage, free bool, list []request.Attempt) {
	if len(list) == 0 {
		f.rec.Cost, f.rec.Priced = u.Cost, u.Priced || free
		return
	}
	f.rec.Priced = true
	for i := range list {
		f.rec.Cost += list[i].Usage.Cost
		f.rec.Priced = f.rec.Priced && (list[i].Usage.Priced || refused(list[i].Class))
	}
}

// refused reports that a failure of a class is not billed, because no work was begun.
func refused(c request.Class) bool {
	switch c {
	case "", request.ClassTimeout, request.ClassTruncated, request.ClassTransient, request.ClassUnknown, request.ClassCanceled, request.ClassContentPolicy:
		return false
	}
	return true
}
