package request

import "time"

// Attempt is one try at a request: where it went, how long it took, how it ended and what it used.
type Attempt struct {
	Provider string
	Model    string
	// Key is the label of the API key, never the key.
	Key string
	// Class is empty for a success.
	Class   Class
	Message string
	Start   time.Time
	// Waited is the time spent before sending: in queues, for limits and in backoff.
	Waited time.Duration
	// Latency runs from sending to the end of the answer, TTFT to the first chunk with content (0 if not streamed).
	Latency time.Duration
	TTFT    time.Duration
	Usage   Usage
}
