package gemini

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strconv"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/request"
)

// BatchResults reads the results, which stand in the batch.
func (c *Client) BatchResults(ctx context.Context, id string) iter.Seq2[request.BatchResult, error] {
	return func(yield func(request.BatchResult, error) bool) {
		target, err := c.batchTarget(id, "")
		if err == nil {
			o := operation{take: func(text []byte) bool { return yield(c.batchResult(text), nil) }}
			err = c.dialect.Walk(ctx, target, nil, o.read)
		}
		if err != nil && !errors.Is(err, errLeft) {
			yield(request.BatchResult{}, err)
		}
	}
}

// errLeft ends the reading for a reader who has enough.
var errLeft = errors.New("left")

// operation is a batch as the vendor writes it, with its results, which are handed to take one by one and never held together.
type operation struct {
	name     string
	metadata batchMetadata
	err      json.RawMessage

	walk  *dialect.Walk
	take  func(result []byte) bool // nil: they are passed over
	taken bool                     // they stand in a batch twice, in its metadata and as its response
}

func (o *operation) read(walk *dialect.Walk) error {
	o.walk = walk
	return walk.Fields(func(name string) error {
		switch name {
		case "name":
			return walk.Decode(&o.name)
		case "error":
			return walk.Decode(&o.err)
		case "metadata":
			return walk.Fields(o.about)
		case "response":
			return walk.Fields(o.results)
		}
		return walk.Skip()
	})
}

// about reads a field of the metadata.
func (o *operation) about(name string) error {
	switch name {
	case "displayName":
		return o.walk.Decode(&o.metadata.Name)
	case "state":
		return o.walk.Decode(&o.metadata.State)
	case "createTime":
		return o.walk.Decode(&o.metadata.Created)
	case "batchStats":
		return o.walk.Decode(&o.metadata.Stats)
	case "output":
		return o.walk.Fields(o.results)
	}
	return o.walk.Skip()
}

var errFile = errors.New("the results are in a file, which is not supported: llmgate makes no such batches")

// results reads a field of the output, whose list of results stands in a field of the same name.
func (o *operation) results(name string) error {
	switch {
	case name == "responsesFile" && o.take != nil:
		return errors.Join(dialect.ErrShape, errFile)
	case name != "inlinedResponses" || o.take == nil || o.taken:
		return o.walk.Skip()
	}
	o.taken = true
	return o.walk.Fields(func(name string) error {
		if name != "inlinedResponses" {
			return o.walk.Skip()
		}
		return o.walk.Elements(o.result)
	})
}

// result hands one result on.
func (o *operation) result() error {
	var text json.RawMessage
	if err := o.walk.Decode(&text); err != nil {
		return err
	}
	if !o.take(text) {
		return errLeft
	}
	return nil
}

// batchLine is one result.
type batchLine struct {
	Metadata struct {
		Key string `json:"key"`
	} `json:"metadata"`
	Response json.RawMessage `json:"response"`
	Error    json.RawMessage `json:"error"`
}

var errNoResult = errors.New("it holds neither a key with an answer nor one with an error")

func (c *Client) batchResult(text []byte) request.BatchResult {
	var line batchLine
	if err := json.Unmarshal(text, &line); err != nil {
		return c.dialect.Unreadable(err)
	}
	result := request.BatchResult{ID: line.Metadata.Key}
	switch {
	case result.ID == "", len(line.Response) == 0 && len(line.Error) == 0:
		return c.dialect.Unreadable(errNoResult)
	case len(line.Response) > 0:
		result.Response, result.Err = dialect.ReadAnswer(c.newCodec(new(request.Request)), "", line.Response)
	default:
		result.Err = c.dialect.ItemFailure(batchFailure(line.Error))
	}
	return result
}

// statuses are the names of gRPC's codes: errors inside a batch have only the number.
var statuses = [...]string{
	1: "CANCELLED", 3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED",
	9: "FAILED_PRECONDITION", 13: "INTERNAL", 14: "UNAVAILABLE", 16: "UNAUTHENTICATED",
}

func batchFailure(text []byte) *edge.Failure {
	found := edge.ParseBody(text)
	if n, err := strconv.Atoi(found.Code); err == nil && found.Kind == "" && n > 0 && n < len(statuses) {
		found.Kind = statuses[n]
	}
	switch found.Kind { // in a batch they mean its end
	case "CANCELLED":
		found.Code = "batch_cancelled"
	case "DEADLINE_EXCEEDED":
		found.Code = "batch_expired"
	}
	return found
}
