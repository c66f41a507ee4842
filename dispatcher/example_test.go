package dispatcher_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func ExampleNew() {
	d, err := dispatcher.New(dispatcher.Config{Targets: []dispatcher.Target{
		{Name: "first", Client: fake.New(fake.Config{Default: &fake.Reply{Err: request.ErrQuota}}), Limits: lane.Limits{RPM: 500}},
		{Name: "second", Client: fake.New(fake.Config{})},
	}})
	if err != nil {
		panic(err)
	}
	defer d.Abort()
	resp, err := d.Complete(context.Background(), request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello!"}}})
	fmt.Println(resp.Content, len(resp.Attempts), err)
	// Output: Hello! 2 <nil>
}

func ExampleDispatcher_Run() {
	d, err := dispatcher.New(dispatcher.Config{Targets: dispatcher.Clients(fake.New(fake.Config{}))})
	if err != nil {
		panic(err)
	}
	defer d.Abort()
	jobs := func(yield func(dispatcher.Job) bool) { // a million would do as well: they are read one by one
		for _, word := range []string{"one", "two", "three"} {
			ask := []request.Message{{Role: request.RoleUser, Content: "Say " + word + "."}}
			if !yield(dispatcher.Job{ID: word, Request: request.Request{Messages: ask}}) {
				return
			}
		}
	}
	for r := range d.Run(context.Background(), jobs, dispatcher.RunOptions{Order: dispatcher.Input}) {
		if r.Err != nil {
			fmt.Println(r.Job.ID, r.Err)
			continue
		}
		fmt.Println(r.Job.ID, r.Response.Content)
	}
	// Output:
	// one Say one.
	// two Say two.
	// three Say three.
}

func ExampleDispatcher_Submit() {
	d, err := dispatcher.New(dispatcher.Config{Targets: dispatcher.Clients(fake.New(fake.Config{}))})
	if err != nil {
		panic(err)
	}
	h := d.Submit(context.Background(), request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello!"}}})
	_ = d.Drain(context.Background()) // finishes what was accepted
	<-h.Done()
	resp, err := h.Result()
	fmt.Println(resp.Content, err)
	// Output: Hello! <nil>
}

func ExampleReduce() {
	d, err := dispatcher.New(dispatcher.Config{Targets: dispatcher.Clients(fake.New(fake.Config{}))})
	if err != nil {
		panic(err)
	}
	defer d.Abort()
	shorten := dispatcher.Mapping[[]string, string]{
		Ask: func(texts []string) (request.Request, error) {
			return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: strings.Join(texts, "+")}}}, nil
		},
		Read: func(_ []string, r *request.Response) (string, error) { return "(" + r.Content + ")", nil },
	}
	chapters := slices.Collect(strings.SplitSeq("a b c d e f", " "))
	fmt.Println(dispatcher.Reduce(context.Background(), d, chapters, 3, shorten, dispatcher.RunOptions{}))
	// Output: ((a+b+c)+(d+e+f)) <nil>
}
