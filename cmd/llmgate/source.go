package main

import (
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk/source"
)

// sourceFlags say how a file of items is read.
type sourceFlags struct {
	from, prompt, system string
}

func (f *sourceFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", "", `form of the file: "jsonl", "json", "batch", "anthropic", "gemini", "sharegpt", "csv", "tsv" or "text" (default found out)`)
	cmd.Flags().StringVar(&f.prompt, "prompt", "", "template of the question for each row, such as 'Classify: {{.text}}'")
	cmd.Flags().StringVar(&f.system, "system", "", "template of the instructions for each row")
}

// open reads items for a vendor. It reads nothing yet.
func (f *sourceFlags) open(in io.Reader, path, vendor string) (*source.Source, error) {
	src, err := source.Open(source.Config{
		Reader: in, Path: path, Format: source.Format(f.from), Prompt: f.prompt, System: f.system, Provider: vendor,
	})
	if err != nil {
		return nil, usage(err)
	}
	return src, nil
}

// begin reads the first item, so that a file of which nothing can be read is refused before anything is begun. It gives all of
// them, for a gate whose own models stand for every item.
func begin(src *source.Source) (iter.Seq2[source.Item, error], error) {
	var first source.Item
	for item, err := range src.Items() {
		if err != nil {
			return nil, usage(err)
		}
		first = item
		break
	}
	return func(yield func(source.Item, error) bool) {
		first.Request.Model = ""
		if !yield(first, nil) {
			return
		}
		for item, err := range src.Items() {
			item.Request.Model = ""
			if !yield(item, err) {
				return
			}
		}
	}, nil
}
