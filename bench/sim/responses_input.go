package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// responsesHosted are items of tools that the vendor runs, which come back unread.
var responsesHosted = []string{"web_search_call", "file_search_call", "computer_call", "computer_call_output", "code_interpreter_call", "image_generation_call", "mcp_call", "mcp_list_tools", "custom_tool_call", "custom_tool_call_output"}

// responsesItemFields are the fields of the items that are read; the vendor refuses others.
var responsesItemFields = map[string][]string{
	"message":              {"type", "id", "role", "content", "status", "phase"},
	"function_call":        {"type", "id", "call_id", "name", "arguments", "status", "namespace", "caller"},
	"function_call_output": {"type", "id", "call_id", "output", "status", "caller"},
	"reasoning":            {"type", "id", "summary", "content", "encrypted_content", "status"},
}

// checkFields refuses fields that the type of the item doesn't have.
func (i *responsesItem) checkFields(where string) *failure {
	known, read := responsesItemFields[i.kind()]
	for _, f := range i.fields {
		if read && !slices.Contains(known, f.name) {
			return invalid(where+"."+f.name, "unknown_parameter", "Unknown parameter: '"+where+"."+f.name+"'.")
		}
	}
	return nil
}

// checkInput says what is wrong with the conversation.
func (r *responses) checkInput() *failure {
	var open []string // calls not answered yet
	for n, i := range r.Input {
		where := fmt.Sprintf("input[%d]", n)
		if err := i.checkFields(where); err != nil {
			return err
		}
		switch i.kind() {
		case "message":
			if err := i.checkMessage(where); err != nil {
				return err
			}
		case "function_call":
			if i.CallID == "" || i.Name == "" {
				return missing(where + map[bool]string{true: ".call_id", false: ".name"}[i.CallID == ""])
			}
			open = append(open, i.CallID)
		case "function_call_output":
			if i.Output == nil {
				return missing(where + ".output")
			}
			at := slices.Index(open, i.CallID)
			if at < 0 {
				return invalid("input", "", "No tool call found for function call output with call_id "+i.CallID+".")
			}
			open = slices.Delete(open, at, at+1)
		case "reasoning":
			if err := r.checkReasoning(n); err != nil {
				return err
			}
		case "item_reference":
			return r.unstored(i.ID)
		default:
			if !slices.Contains(responsesHosted, i.Type) {
				return unsupported(where+".type", i.Type, append([]string{"message", "function_call", "function_call_output", "reasoning", "item_reference"}, responsesHosted...)...)
			}
		}
	}
	if len(open) > 0 {
		return invalid("input", "", "No tool output found for function call "+open[0]+".")
	}
	return nil
}

// unstored refuses an item that is told by its id alone.
func (r *responses) unstored(id string) *failure {
	message := "Item with id '" + id + "' not found."
	if r.Store != nil && !*r.Store {
		message += " Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input."
	}
	return chatError(http.StatusNotFound, "invalid_request_error", "input", "", message)
}

// checkReasoning checks an item of reasoning: its content must come back as it was sent, unless it could be looked up, and
// what it led to must follow.
func (r *responses) checkReasoning(n int) *failure {
	i := &r.Input[n]
	switch {
	case i.EncryptedContent != "" && !isEncrypted(i.EncryptedContent):
		return invalid("", "invalid_encrypted_content", "The encrypted content for item "+i.ID+" could not be verified. Reason: Encrypted content could not be decrypted or parsed.")
	case i.EncryptedContent == "" && r.Store != nil && !*r.Store:
		return r.unstored(i.ID)
	case n == len(r.Input)-1 || r.Input[n+1].Role == "user":
		return invalid("input", "", "Item '"+i.ID+"' of type 'reasoning' was provided without its required following item.")
	}
	return nil
}

var (
	responsesRoles = []string{"assistant", "system", "developer", "user"}
	// responsesParts are the types of parts in messages to the model, and in its own.
	responsesParts    = []string{"input_text", "input_image", "input_file"}
	responsesOwnParts = []string{"output_text", "refusal"}
)

func (i *responsesItem) checkMessage(where string) *failure {
	if !slices.Contains(responsesRoles, i.Role) {
		return unsupported(where, i.Role, responsesRoles...)
	}
	if i.Content == nil {
		return missing(where + ".content")
	}
	supported := responsesParts
	if i.Role == "assistant" {
		supported = responsesOwnParts
	}
	for n, p := range i.Content {
		if p.Type != "" && !slices.Contains(supported, p.Type) {
			return unsupported(fmt.Sprintf("%s.content[%d]", where, n), p.Type, supported...)
		}
	}
	return nil
}

// What the vendor encrypts is opaque, but must come back as it was. Each has a number used once, which its seal vouches for.
const (
	encryptedHead = "gAAAAA"
	encryptedOnce = 22
)

func encrypted(once string) string { return encryptedHead + once + urlSafe(seal(once)) }

func isEncrypted(s string) bool {
	rest, ok := strings.CutPrefix(s, encryptedHead)
	return ok && len(rest) > encryptedOnce && encrypted(rest[:encryptedOnce]) == s
}

func urlSafe(base64 string) string { return strings.NewReplacer("+", "-", "/", "_").Replace(base64) }
