package sim

import (
	"encoding/json"
	"fmt"
	"slices"
)

// functions counts the calls and the results in a content.
func (c *generateContent) functions() (calls, results int) {
	for _, p := range c.Parts {
		switch {
		case p.FunctionCall != nil:
			calls++
		case p.FunctionResponse != nil:
			results++
		}
	}
	return calls, results
}

// checkTurns joins what the model said in several contents, as clients keep the pieces of a stream, and checks what then
// follows what.
func (g *generate) checkTurns() string {
	g.Contents = joined(g.Contents)
	if fault := g.checkCalls(); fault != "" {
		return fault
	}
	return g.checkSignatures()
}

// joined makes one content of those of the model that follow each other.
func joined(contents []generateContent) (out []generateContent) {
	for _, c := range contents {
		if last := len(out) - 1; last >= 0 && c.Role == "model" && out[last].Role == "model" {
			out[last].Parts = slices.Concat(out[last].Parts, c.Parts)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// checkCalls checks that calls and their results follow each other.
func (g *generate) checkCalls() string {
	const unequal = "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn."
	open := 0 // calls of the content before
	for i, c := range g.Contents {
		calls, results := c.functions()
		switch {
		case results > 0 && open == 0:
			return "Please ensure that function response turn comes immediately after a function call turn."
		case results != open:
			return unequal
		case calls > 0 && i == 0:
			return "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
		}
		open = calls
	}
	if open > 0 {
		return unequal
	}
	return ""
}

// skippedSignatures are words that the vendor takes in place of a signature, for calls that no model of its made.
var skippedSignatures = map[string]bool{"context_engineering_is_the_way_to_go": true, "skip_thought_signature_validator": true}

// checkSignatures checks that signatures come back with the calls that they belong to. Newer models demand one for the first
// call of each step since the user last spoke.
func (g *generate) checkSignatures() string {
	current := 0
	for i, c := range g.Contents {
		if _, results := c.functions(); c.Role != "model" && results == 0 {
			current = i
		}
	}
	for i, c := range g.Contents {
		first := true
		for j, p := range c.Parts {
			f := p.FunctionCall
			if f == nil {
				continue
			}
			switch {
			case p.ThoughtSignature != "" && !skippedSignatures[p.ThoughtSignature] && p.ThoughtSignature != callSeal(f.Name, f.Args):
				return "Corrupted thought signature."
			case p.ThoughtSignature == "" && first && i > current && g.demandsSignatures():
				return fmt.Sprintf("Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:%s` , position %d. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.", f.Name, j+1)
			}
			first = false
		}
	}
	return ""
}

// callSeal is the signature of a call, whatever the order and the spacing of its arguments.
func callSeal(name string, arguments json.RawMessage) string {
	var value map[string]any
	_ = json.Unmarshal(arguments, &value)
	canonical, _ := json.Marshal(value)
	return seal(name + string(canonical))
}
