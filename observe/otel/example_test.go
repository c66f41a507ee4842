package otel_test

import (
	"context"
	"fmt"
	"log"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/observe/otel"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// A request that was answered at the second attempt.
func Example() {
	spans := tracetest.NewSpanRecorder() // in place of an exporter
	observer, err := otel.New(otel.Config{TracerProvider: trace.NewTracerProvider(trace.WithSpanProcessor(spans))})
	if err != nil {
		log.Fatal(err)
	}
	client := fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: &request.Error{Class: request.ClassTransient}}, {Text: "yes"}}}}})
	d, err := dispatcher.New(dispatcher.Config{
		Targets: []dispatcher.Target{{Name: "here", Client: client, Provider: "acme", Model: "m-1"}}, Hooks: dispatcher.Hooks{observer},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Abort()
	if _, err := d.Complete(context.Background(), request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "?"}}}); err != nil {
		log.Fatal(err)
	}
	for _, span := range spans.Ended() {
		fmt.Println(span.Name(), span.Status().Code)
	}
	// Output:
	// attempt here Error
	// attempt here Unset
	// chat m-1 Unset
}

// A client that no dispatcher is around.
func ExampleObserver_Middleware() {
	spans := tracetest.NewSpanRecorder()
	observer, err := otel.New(otel.Config{TracerProvider: trace.NewTracerProvider(trace.WithSpanProcessor(spans))})
	if err != nil {
		log.Fatal(err)
	}
	client := request.Chain(fake.New(fake.Config{}), observer.Middleware)
	if _, err := client.Complete(context.Background(), request.Request{Model: "m-1", Messages: []request.Message{{Role: request.RoleUser, Content: "?"}}}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(spans.Ended()[0].Name())
	// Output: chat m-1
}
