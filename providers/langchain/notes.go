package langchain

import (
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

// notes are what a request says and langchaingo can't: faults are content that would be lost, warnings are parameters.
type notes struct {
	faults   request.Faults
	warnings []request.Warning
}

func (n *notes) fault(field, problem string) {
	n.faults = append(n.faults, request.Fault{Field: field, Problem: problem})
}

// refuse records a part of a message that can't be said.
func (n *notes) refuse(message, part int, problem string) {
	n.fault(fmt.Sprintf("messages[%d].parts[%d]", message, part), problem)
}

// warn records once for each field what was not honoured.
func (n *notes) warn(field, message string) {
	for _, w := range n.warnings {
		if w.Field == field {
			return
		}
	}
	n.warnings = append(n.warnings, request.Warning{Field: field, Message: message})
}

// err is the error for a request with faults, or nil.
func (n *notes) err() error {
	if len(n.faults) == 0 {
		return nil
	}
	return &request.Error{Class: request.ClassInvalid, Err: n.faults}
}
