package main

import (
	"errors"
	"fmt"
	"testing"
)

func TestOnce(t *testing.T) {
	full := errors.New("disk: full")
	for want, err := range map[string]error{
		"disk: full":            errors.Join(full, full, full),
		"state: disk: full":     errors.Join(full, fmt.Errorf("state: %w", full), full),
		"disk: full\ndisk: old": errors.Join(full, errors.New("disk: old")),
	} {
		if got := once(err); got != want {
			t.Errorf("%q became %q", err, got)
		}
	}
}

func TestInnermost(t *testing.T) {
	cause := errors.New("full")
	named := fmt.Errorf("out.state: %w (free some space): %w", cause, errors.New("13"))
	for _, err := range []error{named, fmt.Errorf("ledger: %w", named), errors.Join(errors.New("other"), fmt.Errorf("a: %w", fmt.Errorf("b: %w", named)))} {
		if got := innermost(err, cause); got != named {
			t.Errorf("%v: got %v", err, got)
		}
	}
}
