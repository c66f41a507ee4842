// Command extraction makes records of texts: what a model answers must be JSON under a schema, and is asked for again, with the
// fault shown, if it is not. Without an argument the built-in simulator makes up values that fit; give a model, such as
// openai/gpt-5-mini, for those of the texts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bulk/schema"
)

// order is what a text is made into. The schema says what its fields may be.
type order struct {
	Product  string `json:"product"`
	Quantity int    `json:"quantity"`
	Urgency  string `json:"urgency"`
}

const orderSchema = `{
	"title": "order",
	"type": "object",
	"properties": {
		"product":  {"type": "string", "minLength": 1},
		"quantity": {"type": "integer", "minimum": 1, "maximum": 10000},
		"urgency":  {"enum": ["low", "normal", "high"]}
	},
	"required": ["product", "quantity", "urgency"],
	"additionalProperties": false
}`

var mails = []string{
	"Please send us 40 boxes of blue chalk, whenever you have the time.",
	"We are out of printer paper! Two hundred packs, today if you can.",
	"One desk lamp for room 12, as usual.",
}

func main() {
	model := "sim/demo"
	if len(os.Args) > 1 {
		model = os.Args[1]
	}
	gate, err := llmgate.New(context.Background(), llmgate.Config{Models: []string{model}})
	if err != nil {
		log.Fatal(err)
	}
	defer gate.Abort()
	if err := run(context.Background(), os.Stdout, gate, mails); err != nil {
		log.Print(err)
	}
}

// run writes an order for each mail.
func run(ctx context.Context, w io.Writer, client llmgate.Client, mails []string) error {
	form, err := schema.Compile([]byte(orderSchema))
	if err != nil {
		return err
	}
	ask := schema.Repairing(func(ctx context.Context, _ string, req llmgate.Request) (*llmgate.Response, error) {
		return client.Complete(ctx, req)
	}, form, 2)
	for i, mail := range mails {
		question := "What is ordered in this mail?\n\n" + mail
		req := llmgate.Request{Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: question}}}
		answer, err := ask(ctx, fmt.Sprint("mail-", i+1), form.Request(req))
		if err != nil {
			return fmt.Errorf("mail %d: %w", i+1, err)
		}
		value, err := form.Value(answer.Content)
		if err != nil {
			return err
		}
		var o order
		if err := json.Unmarshal(value, &o); err != nil {
			return err
		}
		fmt.Fprintf(w, "%d × %s, urgency %s\n", o.Quantity, o.Product, o.Urgency)
	}
	return nil
}
