package dispatcher_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
)

// heldRequests is how many requests are under way at once over each protocol. Over HTTP/1.1 each has a connection of its own, and
// files may be limited to 20,000; over HTTP/2 they share those that Connections allows.
var heldRequests = []struct {
	protocol    string
	requests    int
	connections int
}{{"HTTP/1.1", 10_000, 0}, {"HTTP/2", 50_000, 256}}

// What a request takes that waits for the provider: go test ./dispatcher -run '^$' -bench InFlight -benchtime 1x
func BenchmarkInFlight(b *testing.B) {
	for _, held := range heldRequests {
		b.Run(fmt.Sprintf("%s/%d", held.protocol, held.requests), func(b *testing.B) {
			root := yardstick.Start(b)
			transport := wire.NewTransport()
			transport.MaxConnsPerHost = held.connections
			if held.protocol == "HTTP/2" {
				transport.Protocols = new(http.Protocols)
				transport.Protocols.SetUnencryptedHTTP2(true)
			}
			defer transport.CloseIdleConnections()
			client, err := openai.New(openai.Config{APIKey: "sk-benchmark", BaseURL: root + "/held/v1", Transport: transport})
			if err != nil {
				b.Fatal(err)
			}
			d := accounted(b, client, func(cfg *dispatcher.Config) { cfg.Targets[0].MaxInFlight = held.requests })
			yardstick.InFlight(b, root, held.requests, yardstick.Completing(d, pricedModel))
		})
	}
}
