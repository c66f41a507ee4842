package langchain_test

import "net/http"

// doer sends as langchaingo's clients want it, without the redirects and cookies of an http.Client.
type doer struct{ http.RoundTripper }

func (d doer) Do(r *http.Request) (*http.Response, error) { return d.RoundTrip(r) }
