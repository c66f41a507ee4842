package source_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

func ExampleOpen() {
	table := strings.NewReader(`id,text,lang
greeting,Good morning,de
farewell,See you,
`)
	rows, err := source.Open(source.Config{
		Reader: table, Path: "phrases.csv",
		Prompt:   `Translate into {{.lang | default "fr"}}: {{.text}}`,
		System:   "Answer with the translation alone.",
		Defaults: request.Request{MaxTokens: 50},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for item, err := range rows.Items() {
		if err != nil {
			log.Fatal(err) // the file can't be read on
		}
		fmt.Println(item.ID, "asks:", item.Request.Messages[1].Content)
		fmt.Println("from", string(item.Raw))
	}
	// Output:
	// greeting asks: Translate into de: Good morning
	// from {"id":"greeting","text":"Good morning","lang":"de"}
	// farewell asks: Translate into fr: See you
	// from {"id":"farewell","text":"See you","lang":""}
}
