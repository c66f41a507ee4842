package pricing

import (
	"fmt"
	"os"
)

// Load reads a table from a file, in the form that the built-in one has:
//
//	[azure]
//	my-deployment = gpt-4o
//	[vllm]
//	qwen3-32b 131072 32768 stpjJrT - usd=0.1,0.3
//
// It holds the file's entries alone; [Table.With] lays them over another table. All faults are reported together, each with
// file and line.
func Load(file string) (*Table, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("table of models: %w", err)
	}
	t, err := parse(file+":", string(text))
	if err != nil {
		return nil, fmt.Errorf("table of models: %w", err)
	}
	return t, nil
}
