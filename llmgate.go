// Package llmgate runs LLM requests from Go: one or many, over every provider. It is the front door: New gives a Gate, which
// sends requests to models at the speed that their rate limits allow and within a budget; Open gives a bare client for a model.
// The names of other packages that most programs need stand here again, so that they import this package alone.
//
//	gate, err := llmgate.New(ctx, llmgate.Config{
//		Models: []string{"openai/gpt-5-mini", "anthropic/claude-haiku-4-5"},
//		Budget: llmgate.Budget{TotalUSD: 20},
//	})
//	for result := range gate.Run(ctx, jobs, llmgate.RunOptions{}) {
//		…
//	}
//
// A client retries nothing and knows no limits; it is for single questions and for middleware of one's own:
//
//	client, err := llmgate.Open(ctx, "openai/gpt-5-mini")
//	resp, err := client.Complete(ctx, llmgate.Request{
//		Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: "Why is the sky blue?"}},
//	})
//
// The model "sim/demo" is the built-in simulator, which needs neither key nor network.
//
// Importing the package starts nothing and sends nothing. A program that needs one provider only, and wants to be small,
// imports that provider's package and request instead.
package llmgate

import (
	"context"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// Open returns a client for a model named "vendor/model"; see providers.Open for vendors, keys and errors.
func Open(ctx context.Context, model string, opts ...Option) (Client, error) {
	return providers.Open(ctx, model, opts...)
}

// Option changes how a client is opened.
type Option = providers.Option

// The options of Open.
var (
	WithAPIKey        = providers.WithAPIKey
	WithBaseURL       = providers.WithBaseURL
	WithTransport     = providers.WithTransport
	WithGetenv        = providers.WithGetenv
	WithUnknownErrors = providers.WithUnknownErrors
)

// Classify gives the class of any error, AsError any error as an *Error; the others ask for one class.
var (
	Classify        = request.Classify
	AsError         = request.AsError
	IsRateLimited   = request.IsRateLimited
	IsOverloaded    = request.IsOverloaded
	IsQuota         = request.IsQuota
	IsAuth          = request.IsAuth
	IsPermission    = request.IsPermission
	IsNotFound      = request.IsNotFound
	IsInvalid       = request.IsInvalid
	IsContextLength = request.IsContextLength
	IsContentPolicy = request.IsContentPolicy
	IsTransient     = request.IsTransient
	IsTimeout       = request.IsTimeout
	IsTruncated     = request.IsTruncated
	IsCanceled      = request.IsCanceled
	IsBudget        = request.IsBudget
)

// ParseMoney reads an amount in dollars, such as "12.50" or "20usd"; USD converts one from a float64.
var (
	ParseMoney = request.ParseMoney
	USD        = request.USD
)

// Conditions end the intake of a Run; see package dispatcher. ErrStopped is in the chain of what came after Drain or Close.
var (
	StopOnBudget = dispatcher.StopOnBudget
	StopOnErrors = dispatcher.StopOnErrors
	StopOnFatal  = dispatcher.StopOnFatal
	ErrStopped   = dispatcher.ErrStopped
)

// DefaultPolicy returns the policy of a Config without one, to be edited; see policy.Default.
var DefaultPolicy = policy.Default

// Collect reads a stream to its end and returns the whole answer.
var Collect = request.Collect

// Chain wraps a client so that the first middleware given sees each request first.
var Chain = request.Chain
