package canned

import (
	"io"
	"net/http"
	"strings"
)

// Routes is a transport that gives an answer for each method and path, such as "GET /v1/batches/b", and a 404 for others. It
// keeps what it was sent.
type Routes struct {
	Answers map[string]string
	// Sent are the requests in order: method, address and, behind a line feed, the body. Got are they themselves.
	Sent []string
	Got  []*http.Request
}

// RoundTrip takes a request.
func (c *Routes) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Method + " " + r.URL.String()
	if r.Body != nil {
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if len(body) > 0 {
			sent += "\n" + string(body)
		}
	}
	c.Sent, c.Got = append(c.Sent, sent), append(c.Got, r)
	status, answer := http.StatusOK, ""
	var ok bool
	if answer, ok = c.Answers[r.Method+" "+r.URL.Path]; !ok {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(answer))}, nil
}
