package prom_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/observe/prom"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// What Prometheus is told of one answer.
func Example() {
	exporter := prom.New(prom.Config{})
	d, err := dispatcher.New(dispatcher.Config{
		Targets: []dispatcher.Target{{Name: "here", Client: fake.New(fake.Config{})}}, Hooks: dispatcher.Hooks{exporter},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Abort()
	exporter.Watch(d)
	if _, err := d.Complete(context.Background(), request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "?"}}}); err != nil {
		log.Fatal(err)
	}
	page := httptest.NewRecorder()
	exporter.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for lines := bufio.NewScanner(page.Body); lines.Scan(); {
		if text := lines.Text(); strings.HasPrefix(text, "llmgate_admitted") || strings.HasPrefix(text, "llmgate_up") {
			fmt.Println(text)
		}
	}
	// Output:
	// llmgate_admitted_total{target="here"} 1
	// llmgate_up{target="here"} 1
}
