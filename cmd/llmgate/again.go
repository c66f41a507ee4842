package main

import (
	"regexp"
	"slices"
	"strings"
)

// goOn is the command that goes on with this run, for a shell.
func (a *app) goOn() string {
	words := []string{"llmgate"}
	for _, arg := range a.args {
		words = append(words, quoted(arg))
	}
	text := strings.Join(words, " ")
	if slices.Contains(a.args, "-") {
		text += "   # with the same input"
	}
	return text
}

// plainWord is what a shell takes as it stands.
var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

func quoted(arg string) string {
	if plainWord.MatchString(arg) {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
