package main

import (
	"errors"
	"slices"
	"strings"
)

// once is the text of errors that were joined, without those that another one tells as well: a disk that is full is met in several
// places at once.
func once(err error) string {
	var kept []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSuffix(line, "\n")
		if slices.ContainsFunc(kept, func(k string) bool { return strings.Contains(k, line) }) {
			continue
		}
		kept = slices.DeleteFunc(kept, func(k string) bool { return strings.Contains(line, k) })
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// innermost is the error in a chain that is nearest to its cause and says most of it.
func innermost(err, cause error) error {
	for {
		var inner error
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				if inner == nil && errors.Is(one, cause) {
					inner = one
				}
			}
		}
		if inner == nil || inner == cause || !errors.Is(inner, cause) {
			return err
		}
		err = inner
	}
}
