package request_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

func ExampleRequest_Validate() {
	r := request.Request{
		MaxTokens: -1,
		Messages:  []request.Message{{Role: "human", Content: "Hello"}},
	}
	fmt.Println(r.Validate())
	// Output: invalid: max_tokens: -1 is negative; leave it 0 for the provider's default; messages[0].role: "human" is unknown; use system, user, assistant or tool
}

func ExampleParseMoney() {
	price, _ := request.ParseMoney("0.000075")
	budget, _ := request.ParseMoney("20usd")
	fmt.Println(price, budget, budget/price)
	// Output: $0.000075 $20.00 $0.000266666
}

func ExampleToolCall_Decode() {
	call := request.ToolCall{Name: "weather", Arguments: `{"city":"Rome","days":3}`}
	var args struct {
		City string
		Days int
	}
	if err := call.Decode(&args); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(args.City, args.Days)
	// Output: Rome 3
}

// Errors of other libraries have a class too, by what they are and never by what they say.
func ExampleClassify() {
	fmt.Println(request.Classify(context.DeadlineExceeded))
	fmt.Println(request.Classify(errors.New("at most 500 characters")))
	fmt.Println(request.IsRateLimited(&request.Error{Class: request.ClassRateLimit}))
	// Output:
	// timeout
	// unknown
	// true
}
