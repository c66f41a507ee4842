package tokens

import "strings"

// families are the tokenizers that are known to need more tokens than the estimate, which fits OpenAI's, in percent of it.
var families = []struct {
	name    string
	percent int
}{
	{"claude", 110},
	{"gemini", 110},
}

// For brings an estimate of n tokens to the tokenizer of a model's family, told by the model's name. It rounds up.
func For(model string, n int) int {
	for _, f := range families {
		if strings.Contains(model, f.name) {
			return (n*f.percent + 99) / 100
		}
	}
	return n
}
