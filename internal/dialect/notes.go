package dialect

import (
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

// Notes are what a request says and an API can't: faults are content that would be lost, warnings are parameters that are not
// honoured.
type Notes struct {
	Faults   request.Faults
	Warnings []request.Warning
}

// Fault records what can't be said, by the path of its field.
func (n *Notes) Fault(field, problem string) {
	n.Faults = append(n.Faults, request.Fault{Field: field, Problem: problem})
}

// Refuse records a part of a message that can't be said.
func (n *Notes) Refuse(message, part int, problem string) {
	n.Fault(fmt.Sprintf("messages[%d].parts[%d]", message, part), problem)
}

// Warn records once for each field what was not honoured.
func (n *Notes) Warn(field, message string) {
	for _, w := range n.Warnings {
		if w.Field == field {
			return
		}
	}
	n.Warnings = append(n.Warnings, request.Warning{Field: field, Message: message})
}

// WarnIf warns of a parameter if it is set.
func (n *Notes) WarnIf(set bool, field, message string) {
	if set {
		n.Warn(field, message)
	}
}

// Err is the error for a request with faults, or nil.
func (n *Notes) Err() error {
	if len(n.Faults) == 0 {
		return nil
	}
	return &request.Error{Class: request.ClassInvalid, Err: n.Faults}
}
