package dispatcher_test

import (
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
)

// What each of b.N requests takes that wait for the provider at once, beside a hand-written client.
//
//	go test ./dispatcher -run '^$' -bench InFlight/HTTP1 -benchtime 10000x
//	go test ./dispatcher -run '^$' -bench InFlight/HTTP2 -benchtime 50000x
//
// Over HTTP/1.1 each has a connection of its own, for which there must be files enough (ulimit -n). Over HTTP/2 they share
// connections, of which there must be a bound: else each request of the first burst dials.
func BenchmarkInFlight(b *testing.B) {
	for _, version := range []string{"HTTP1", "HTTP2"} {
		for _, who := range []string{"raw", "llmgate"} {
			b.Run(version+"/"+who, func(b *testing.B) {
				root := yardstick.Start(b)
				transport := wire.NewTransport()
				transport.MaxIdleConnsPerHost = b.N
				if version == "HTTP2" {
					transport.MaxConnsPerHost = 256
					transport.Protocols = new(http.Protocols)
					transport.Protocols.SetUnencryptedHTTP2(true)
				}
				defer transport.CloseIdleConnections()
				client, err := openai.New(openai.Config{APIKey: "sk-benchmark", BaseURL: root + "/held/v1", Transport: transport})
				if err != nil {
					b.Fatal(err)
				}
				call := yardstick.RawChat(pricedModel)(yardstick.NewRaw(root+"/held/v1/chat/completions", nil, transport))
				if who == "llmgate" {
					d := accounted(b, client, func(cfg *dispatcher.Config) { cfg.Targets[0].MaxInFlight = b.N })
					call = yardstick.Completing(d, pricedModel)
				}
				yardstick.InFlight(b, root, call)
			})
		}
	}
}
