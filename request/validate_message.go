package request

import "fmt"

func (r *Request) checkMessages(f *Faults) {
	if len(r.Messages) == 0 {
		f.add("messages", "empty; give at least one message")
	}
	for i := range r.Messages {
		r.checkMessage(f, i)
	}
}

func (r *Request) checkMessage(f *Faults, i int) {
	m := &r.Messages[i]
	switch m.Role {
	case RoleSystem, RoleUser, RoleAssistant, RoleTool:
	default:
		f.add(fmt.Sprintf("messages[%d].role", i), "%q is unknown; use system, user, assistant or tool", m.Role)
		return
	}
	if m.Role == RoleTool && m.Content != "" {
		f.add(fmt.Sprintf("messages[%d].content", i), "a tool message holds ToolResult parts only; put the text into one")
	}
	if m.Content == "" && len(m.Parts) == 0 && m.Role != RoleAssistant {
		f.add(fmt.Sprintf("messages[%d].content", i), "empty; give Content or Parts")
	}
	for j, p := range m.Parts {
		if problem := r.partProblem(i, j, p); problem != "" {
			f.add(fmt.Sprintf("messages[%d].parts[%d]", i, j), "%s", problem)
		}
	}
}

// partProblem returns what is wrong with part j of message i, or "".
func (r *Request) partProblem(i, j int, p Part) string {
	role := r.Messages[i].Role
	switch p := p.(type) {
	case TextPart:
		return allow(role != RoleTool, "text", role)
	case ImagePart:
		return first(allow(role == RoleUser || role == RoleAssistant, "an image", role), oneSource(p.URL, p.Data, ""))
	case FilePart:
		return first(allow(role == RoleUser, "a file", role), oneSource(p.URL, p.Data, p.ID))
	case AudioPart:
		return first(allow(role == RoleUser || role == RoleAssistant, "audio", role), oneSource(p.URL, p.Data, ""))
	case ToolCall:
		return first(allow(role == RoleAssistant, "a tool call", role), callProblem(p))
	case ToolResult:
		return first(allow(role == RoleTool, "a tool result", role), r.resultProblem(i, p))
	case ReasoningPart:
		return allow(role == RoleAssistant, "reasoning", role)
	case CacheBreakpoint:
		return r.breakpointProblem(i, j, p)
	case nil:
		return "nil; remove it"
	}
	return fmt.Sprintf("%T is not a part; give the value, not a pointer", p)
}

func allow(ok bool, what string, role Role) string {
	if ok {
		return ""
	}
	return fmt.Sprintf("%s can't stand in a message of role %s", what, role)
}

func first(problems ...string) string {
	for _, p := range problems {
		if p != "" {
			return p
		}
	}
	return ""
}

// oneSource checks that content is given in exactly one way.
func oneSource(url string, data []byte, id string) string {
	given := 0
	for _, ok := range [...]bool{url != "", len(data) > 0, id != ""} {
		if ok {
			given++
		}
	}
	switch given {
	case 0:
		return "no content; give a URL or Data"
	case 1:
		return ""
	}
	return "content given in more than one way; give only one of URL, Data and ID"
}

func callProblem(c ToolCall) string {
	switch {
	case c.Name == "":
		return "a tool call without a name"
	case c.ID == "":
		return "a tool call without an ID"
	}
	return ""
}

func (r *Request) resultProblem(i int, result ToolResult) string {
	if result.CallID == "" {
		return "a tool result without CallID; repeat the ID of the call it answers"
	}
	for _, p := range result.Parts {
		switch p.(type) {
		case TextPart, ImagePart, FilePart, CacheBreakpoint:
		default:
			return fmt.Sprintf("%T can't stand in a tool result; use text, images or files", p)
		}
	}
	if !r.hasCall(i, result.CallID) {
		return fmt.Sprintf("no tool call before it has the ID %q", result.CallID)
	}
	return ""
}

// hasCall looks for a tool call in the messages before message i, the nearest first.
func (r *Request) hasCall(i int, id string) bool {
	for i--; i >= 0; i-- {
		for _, p := range r.Messages[i].Parts {
			if c, ok := p.(ToolCall); ok && c.ID == id {
				return true
			}
		}
	}
	return false
}

func (r *Request) breakpointProblem(i, j int, p CacheBreakpoint) string {
	switch {
	case p.TTL < 0:
		return fmt.Sprintf("a TTL of %v is negative", p.TTL)
	case j == 0 && r.Messages[i].Content == "":
		return "a cache breakpoint needs a part before it"
	}
	return ""
}
