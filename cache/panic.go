package cache

import (
	"fmt"
	"runtime/debug"
)

// Panic is what those who share a call panic with where the client below does: the call runs in a goroutine of its own, whose
// stack would be lost.
type Panic struct {
	Value any
	Stack []byte
}

func newPanic(v any) *Panic { return &Panic{Value: v, Stack: debug.Stack()} }

// Error gives the value and the stack.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value, if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
