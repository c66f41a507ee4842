package cache_test

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/request"
)

// TestAnswersAreTheCallersOwn looks whether two of those who get an answer, or the one who made it, share memory.
func TestAnswersAreTheCallersOwn(t *testing.T) {
	original := rich()
	original.Refusal, original.FinishReason, original.Reasoning, original.Content = "", request.FinishStop, "Hm. ", "Look: "
	original.ToolCalls = []request.ToolCall{original.Parts[6].(request.ToolCall)}
	original.Parts = append(original.Parts, request.ToolResult{CallID: "1", Parts: []request.Part{request.ImagePart{Data: []byte("x")}}})
	original.Provider, original.Model = "p", "m"
	for field, v := range reflect.ValueOf(*original).Fields() {
		if v.IsZero() && field.Name != "Refusal" && field.Name != "FromCache" {
			t.Errorf("the answer of this test has no %s", field.Name)
		}
	}
	client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) { return original, nil }}
	c := wrap(t, client, cache.Config{})
	all := []*request.Response{complete(t, c, ask("hi")), complete(t, c, ask("hi")), complete(t, c, ask("hi"))}
	want := all[1].Parts
	for i, a := range all {
		for _, b := range all[i+1:] {
			if places := sharedMemory(reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem(), ""); len(places) > 0 {
				t.Errorf("two answers share %v", places)
			}
		}
	}
	all[0].Parts[2].(request.ImagePart).Data[0] = '!'
	all[2].Parts[0] = nil
	if diff := cmp.Diff(want, complete(t, c, ask("hi")).Parts); diff != "" {
		t.Errorf("what one caller changed, another sees (-want +got):\n%s", diff)
	}
}

// TestSentRequestIsACopy looks whether the client below gets memory of the caller's, but for the values of Extra.
func TestSentRequestIsACopy(t *testing.T) {
	mine := fullRequest()
	mine.NoCache, mine.NoStore = false, false
	var sent request.Request
	client := &stub{answer: func(_ context.Context, r request.Request) (*request.Response, error) {
		sent = r
		return rich(), nil
	}}
	complete(t, wrap(t, client, cache.Config{}), *mine)
	if diff := cmp.Diff(*mine, sent); diff != "" {
		t.Errorf("what was sent differs (-mine +sent):\n%s", diff)
	}
	if places := sharedMemory(reflect.ValueOf(*mine), reflect.ValueOf(sent), ""); len(places) > 0 {
		t.Errorf("the request sent shares %v with the caller's", places)
	}
}

// Parts of a stream that arrive whole are each reader's own, too.
func TestStreamedPartsAreTheReadersOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &stub{answer: func(context.Context, request.Request) (*request.Response, error) {
			time.Sleep(time.Second)
			return rich(), nil
		}}
		c := wrap(t, client, cache.Config{})
		parts := make(chan request.ImagePart, 6)
		for range 3 {
			go func() {
				for chunk := range c.Stream(t.Context(), ask("hi")) {
					if image, ok := chunk.Part.(request.ImagePart); ok {
						parts <- image
					}
				}
			}()
		}
		synctest.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		close(parts)
		seen := map[*byte]bool{}
		for image := range parts {
			seen[&image.Data[0]] = true
		}
		if len(seen) != 3 {
			t.Errorf("3 readers got %d images of their own", len(seen))
		}
	})
}
