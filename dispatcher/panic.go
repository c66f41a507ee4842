package dispatcher

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/seed63918563/llmgate/request"
)

// PanicError is in the chain of the error of an item whose source, client, hook or mapping panicked.
type PanicError struct {
	Value any
	Stack []byte
}

// Error gives the value, without the stack.
func (p *PanicError) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap returns the value if it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

var errGoexit = errors.New("the goroutine was ended by runtime.Goexit")

// fence runs f and sets err to what it returns, or to what a panic or runtime.Goexit in it comes to.
func fence(err *error, f func() error) {
	*err = mishap(errGoexit)
	defer func() {
		if value := recover(); value != nil {
			*err = mishap(&PanicError{Value: value, Stack: debug.Stack()})
		}
	}()
	*err = f()
}

func mishap(cause error) error {
	return &request.Error{Class: request.ClassUnknown, MaybeBilled: true, Err: cause}
}
