package gemini

import "regexp"

// budgetModels are the models up to 2.5.
var budgetModels = regexp.MustCompile(`gemini-([a-z-]+-)?[12](\.|-|$)`)

// isModern tells the models from Gemini 3 on: they take a thinkingLevel, a resolution for each image and files in tool results,
// and refuse a call in a tool loop that has no signature. A name that says nothing is taken for one of them.
func isModern(model string) bool { return !budgetModels.MatchString(model) }
