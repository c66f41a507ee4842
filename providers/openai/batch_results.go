package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/request"
)

var (
	errNoBatch  = errors.New("it holds no batch")
	errNoResult = errors.New("the line holds neither an ID with an answer nor one with an error")
)

// BatchResults reads the files of answers and of errors, one after the other.
func (c *Client) BatchResults(ctx context.Context, id string) iter.Seq2[request.BatchResult, error] {
	return func(yield func(request.BatchResult, error) bool) {
		batch, err := c.findBatch(ctx, id)
		if err != nil {
			yield(request.BatchResult{}, err)
			return
		}
		for _, file := range [...]string{batch.OutputFileID, batch.ErrorFileID} {
			if file != "" && !c.readFile(ctx, file, yield) {
				return
			}
		}
	}
}

// readFile reports whether all of the file was read and handed out.
func (c *Client) readFile(ctx context.Context, file string, yield func(request.BatchResult, error) bool) bool {
	target, err := c.dialect.TargetBehind("/files/" + url.PathEscape(file) + "/content")
	if err != nil {
		yield(request.BatchResult{}, err)
		return false
	}
	for line, err := range c.dialect.Lines(ctx, target) {
		if err != nil {
			yield(request.BatchResult{}, err)
			return false
		}
		if !yield(c.batchResult(line), nil) {
			return false
		}
	}
	return true
}

// batchLine is a line of a batch's files.
type batchLine struct {
	CustomID string `json:"custom_id"`
	Response *struct {
		Status    int             `json:"status_code"`
		RequestID string          `json:"request_id"`
		Body      json.RawMessage `json:"body"`
	} `json:"response"`
	Error json.RawMessage `json:"error"`
}

func (c *Client) batchResult(text []byte) request.BatchResult {
	var line batchLine
	if err := json.Unmarshal(text, &line); err != nil {
		return c.dialect.Unreadable(err)
	}
	failed := len(line.Error) > 0 && !bytes.Equal(line.Error, []byte("null"))
	result := request.BatchResult{ID: line.CustomID}
	switch answer := line.Response; {
	case line.CustomID == "", answer == nil && !failed:
		return c.dialect.Unreadable(errNoResult)
	case answer == nil:
		result.Err = c.dialect.ItemFailure(edge.ParseBody(line.Error))
	case answer.Status >= http.StatusMultipleChoices:
		result.Err = c.dialect.ItemError(answer.Status, answer.RequestID, answer.Body)
	default:
		result.Response, result.Err = dialect.ReadAnswer(c.newCodec(new(request.Request)), answer.RequestID, answer.Body)
	}
	return result
}
