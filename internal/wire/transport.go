// Package wire carries provider calls over HTTP: one tuned transport, requests from pooled buffers, answers with caps and
// timeouts, server-sent events, and the classification of everything that goes wrong below the provider's own protocol.
// It knows no provider; the dialects build on it.
package wire

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// MaxIdlePerHost is how many idle connections to one host are kept: enough for the concurrency of one busy lane, so that
// a burst does not pay a TLS handshake for each request.
const MaxIdlePerHost = 4096

// A connection holds its buffers for as long as it lives, and a call one connection over HTTP/1.1, for as long as a model
// thinks. A larger body passes the write buffer by, and the rest of a larger answer the read buffer.
const (
	writeBuffer = 1 << 10
	readBuffer  = 1 << 10
)

// NewTransport returns an HTTP transport tuned for provider calls. It has no overall timeout: contexts and the timeouts
// of [Config] bound a call. Answers are asked for uncompressed: they are small, and a compressed event stream arrives in
// lumps.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 Guarded(http.ProxyFromEnvironment),
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          0, // bounded per host
		MaxIdleConnsPerHost:   MaxIdlePerHost,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
		WriteBufferSize:       writeBuffer,
		ReadBufferSize:        readBuffer,
	}
}

// shared is the transport of every client that was given none, so that clients of one host share connections. It is made
// at first use: importing the package opens nothing.
var shared = sync.OnceValue(NewTransport)

// Shared returns the transport that clients without one of their own use together.
func Shared() *http.Transport { return shared() }
