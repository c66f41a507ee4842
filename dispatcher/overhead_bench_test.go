package dispatcher_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// provider gives the answers that the benchmarks ask for, with limits that nobody reaches: at once, and below /slow after 50 ms.
func provider() yardstick.Server {
	slow := yardstick.Chat()
	slow.Delay = 50 * time.Millisecond
	return yardstick.Server{
		Header: http.Header{
			"X-Request-Id":               {"req_0123456789"},
			"X-Ratelimit-Limit-Requests": {"90000000"}, "X-Ratelimit-Remaining-Requests": {"89999000"}, "X-Ratelimit-Reset-Requests": {"1ms"},
			"X-Ratelimit-Limit-Tokens": {"90000000000"}, "X-Ratelimit-Remaining-Tokens": {"89999000000"}, "X-Ratelimit-Reset-Tokens": {"1ms"},
		},
		Answers: map[string]yardstick.Answer{"/v1/chat/completions": yardstick.Chat(), "/slow/chat/completions": slow},
	}
}

const pricedModel = "gpt-5-mini"

// accounted is a dispatcher over a client with all that a request passes on its way: limits that are learned, a budget, prices,
// the policy.
func accounted(b testing.TB, client request.Client, with func(*dispatcher.Config)) *dispatcher.Dispatcher {
	b.Helper()
	l, err := ledger.New(b.Context(), ledger.Config{Budgets: []ledger.Budget{{Cap: request.USD(1_000_000)}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	cfg := dispatcher.Config{
		Targets: []dispatcher.Target{{Client: client, Provider: "openai", Model: pricedModel}}, Ledger: l,
	}
	if with != nil {
		with(&cfg)
	}
	return open(b, cfg)
}

// missing puts a cache around a dispatcher to which no two requests are the same.
func missing(cfg *dispatcher.Config) {
	var n atomic.Uint64
	cfg.Cache = cache.New(cache.Config{Vary: func(*request.Request) string { return strconv.FormatUint(n.Add(1), 36) }})
}

// The whole path beside a hand-written client: go test ./dispatcher -run '^$' -bench WholePath -benchtime 100000x
func BenchmarkWholePath(b *testing.B) {
	base := yardstick.Start(b)
	for _, variant := range []struct {
		name, path string
		with       func(*dispatcher.Config)
	}{{"at-once", "/v1", nil}, {"at-once+cache", "/v1", missing}, {"50ms", "/slow", nil}} {
		for _, callers := range []int{64, 1024} {
			b.Run(fmt.Sprintf("%s/callers=%d", variant.name, callers), func(b *testing.B) {
				client, err := openai.New(openai.Config{APIKey: "sk-benchmark", BaseURL: base + variant.path, Transport: wire.NewTransport()})
				if err != nil {
					b.Fatal(err)
				}
				d := accounted(b, client, variant.with)
				yardstick.Beside(b, callers, base+variant.path+"/chat/completions", http.Header{"Authorization": {"Bearer sk-benchmark"}},
					yardstick.RawChat(pricedModel), yardstick.Completing(d, pricedModel))
			})
		}
	}
}
