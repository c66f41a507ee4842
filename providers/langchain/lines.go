package langchain

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/wire"
)

// lines is a transport that turns Ollama's streams, a JSON document on each line, into event streams, so that they are
// guarded like those of the others.
type lines struct{ base http.RoundTripper }

func (l lines) RoundTrip(r *http.Request) (*http.Response, error) {
	base := l.base
	if base == nil {
		base = wire.Shared()
	}
	resp, err := base.RoundTrip(r)
	if err != nil || resp == nil || resp.Body == nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/x-ndjson") {
		resp.Body = &events{body: resp.Body, atStart: true}
		resp.ContentLength = -1
	}
	return resp, nil
}

// events makes an event of each line that it reads.
type events struct {
	body    io.ReadCloser
	atStart bool   // of a line
	ready   []byte // made and not yet read
	made    []byte // its memory
	read    [4096]byte
	err     error
}

func (e *events) Read(p []byte) (int, error) {
	for len(e.ready) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		n, err := e.body.Read(e.read[:])
		e.err = err
		e.make(e.read[:n])
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}

func (e *events) make(text []byte) {
	e.made = e.made[:0]
	for len(text) > 0 {
		if e.atStart {
			e.made = append(e.made, "data: "...)
		}
		end := bytes.IndexByte(text, '\n') + 1
		e.atStart = end > 0
		if end == 0 {
			end = len(text)
		}
		e.made = append(e.made, text[:end]...)
		text = text[end:]
		if e.atStart {
			e.made = append(e.made, '\n')
		}
	}
	e.ready = e.made
}

func (e *events) Close() error { return e.body.Close() }
