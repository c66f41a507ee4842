package wire_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

func TestGet(t *testing.T) {
	client := wire.New(wire.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if body, err := io.ReadAll(r.Body); r.Method != http.MethodGet || len(body) > 0 || err != nil || r.URL.String() != "http://provider/v1" {
			t.Errorf("%s %s with %q, %v", r.Method, r.URL, body, err)
		}
		return &http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader("none"))}, nil
	})})
	reply, err := client.Get(t.Context(), targetAt(t, "http://provider/v1"))
	if err != nil || reply.Status != 404 {
		t.Fatalf("%+v, %v", reply, err)
	}
	body, err := reply.Body()
	if err != nil || string(body.B) != "none" {
		t.Errorf("%v, %v", body, err)
	}
	body.Free()
}

// What was only asked for is never billed.
func TestGetFails(t *testing.T) {
	client := wire.New(wire.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })})
	_, err := client.Get(t.Context(), targetAt(t, "http://provider/v1"))
	if e, ok := errors.AsType[*request.Error](err); !ok || e.Class != request.ClassTransient || e.MaybeBilled {
		t.Errorf("got %v", err)
	}
}
