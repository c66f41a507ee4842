package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	clock   = `"tools":[{"name":"clock","description":"The time","input_schema":{"type":"object"}}]`
	using   = `{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"clock","input":{}}]}`
	using2  = `{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"clock","input":{}},{"type":"tool_use","id":"toolu_2","name":"clock","input":{}}]}`
	result1 = `{"type":"tool_result","tool_use_id":"toolu_1","content":"noon"}`
	result2 = `{"type":"tool_result","tool_use_id":"toolu_2","content":"one"}`
)

func said(role string, blocks ...string) string {
	return `{"role":"` + role + `","content":[` + strings.Join(blocks, ",") + `]}`
}

func textBlock(text string, more ...string) string {
	quoted, _ := json.Marshal(text)
	return "{" + strings.Join(append([]string{`"type":"text"`, `"text":` + string(quoted)}, more...), ",") + "}"
}

func image(source string) string { return `{"type":"image","source":` + source + `}` }

// marked is a message of n blocks with a cache mark, with more blocks after.
func marked(n int, ttl string, more ...string) string {
	var list []string
	for i := range n {
		list = append(list, textBlock(fmt.Sprint("part ", i), `"cache_control":{"type":"ephemeral"`+ttl+`}`))
	}
	return said("user", append(list, more...)...)
}

// think asks for thinking by budget.
const think = `"thinking":{"type":"enabled","budget_tokens":2000}`

func TestMessagesInvalid(t *testing.T) {
	for name, tt := range map[string]struct{ body, message string }{
		"empty":            {"", "not valid JSON"},
		"not an object":    {"[]", "not valid JSON"},
		"no model":         {`{"max_tokens":5,"messages":[` + user + `]}`, "model: Field required"},
		"no max_tokens":    {talk(`"messages":[` + user + `]`), "max_tokens: Field required"},
		"no messages":      {talk(`"max_tokens":5`), "messages: Field required"},
		"empty messages":   {turns(nil), "messages: at least one message is required"},
		"unknown field":    {prompt("a", `"max_completion_tokens":5`), "max_completion_tokens: Extra inputs are not permitted"},
		"type":             {prompt("a", `"max_tokens":"5"`), "max_tokens: Input has the wrong type"},
		"content type":     {turns([]string{`{"role":"user","content":5}`}), "messages.content: Input has the wrong type"},
		"zero tokens":      {prompt("a", `"max_tokens":0`), "max_tokens: Input should be greater than or equal to 1"},
		"temperature":      {prompt("a", `"temperature":1.5`), "temperature: range: 0..1"},
		"top_p":            {prompt("a", `"top_p":-0.1`), "top_p: range: 0..1"},
		"top_k":            {prompt("a", `"top_k":-1`), "top_k: Input should be"},
		"blank stop":       {prompt("a", `"stop_sequences":["x"," \n"]`), "must contain non-whitespace"},
		"effort":           {prompt("a", `"output_config":{"effort":"utmost"}`), "output_config.effort"},
		"format":           {prompt("a", `"output_config":{"format":{"type":"json_object"}}`), "output_config.format.type"},
		"no schema":        {prompt("a", `"output_format":{"type":"json_schema"}`), "output_format.schema: Field required"},
		"bad schema":       {prompt("a", `"output_config":{"format":{"type":"json_schema","schema":{"type":"thing"}}}`), "output_config.format.schema"},
		"tool name":        {prompt("a", `"tools":[{"input_schema":{}}]`), "tools.0.custom.name: Field required"},
		"odd tool name":    {prompt("a", `"tools":[{"name":"a b","input_schema":{}}]`), "tools.0.custom.name: String should match"},
		"tool twice":       {prompt("a", `"tools":[{"name":"a","input_schema":{}},{"name":"a","input_schema":{}}]`), "must be unique"},
		"tool schema":      {prompt("a", `"tools":[{"name":"a"}]`), "tools.0.custom.input_schema: Field required"},
		"tool schema type": {prompt("a", `"tools":[{"name":"a","input_schema":[]}]`), "valid dictionary"},
		"tool schema bad":  {prompt("clock", `"tools":[{"name":"a","input_schema":{}},{"name":"clock","input_schema":{"type":"thing"}}]`), "tools.1.custom.input_schema: JSON schema is invalid"},
		"tool choice":      {prompt("a", clock, `"tool_choice":{"type":"required"}`), "Input tag 'required'"},
		"choice, no tools": {prompt("a", `"tool_choice":{"type":"auto"}`), "while providing tools"},
		"nameless choice":  {prompt("a", clock, `"tool_choice":{"type":"tool"}`), "tool_choice.tool.name: Field required"},
		"unknown choice":   {prompt("a", clock, `"tool_choice":{"type":"tool","name":"map"}`), "Tool 'map' not found"},
		"thinking":         {prompt("a", `"thinking":{"type":"on"}`), "Input tag 'on'"},
		"thinks little":    {prompt("a", `"thinking":{"type":"enabled","budget_tokens":1023}`), "thinking.enabled.budget_tokens"},
		"adaptive budget":  {prompt("a", `"thinking":{"type":"adaptive","budget_tokens":1024}`), "thinking.adaptive.budget_tokens"},
		"display":          {prompt("a", `"thinking":{"type":"adaptive","display":"none"}`), "thinking.adaptive.display"},
		"thinks too much":  {prompt("a", think, `"max_tokens":2000`), "`max_tokens` must be greater than"},
		"thinking, forced": {prompt("a", think, clock, `"tool_choice":{"type":"any"}`), "forces tool use"},
		"thinking, cold":   {prompt("a", think, `"temperature":0`), "`temperature` may only be set to 1"},
		"thinking, top_p":  {prompt("a", think, `"top_p":0.9`), "`top_p` must be"},
		"thinking, top_k":  {prompt("a", think, `"top_k":5`), "`top_k` must be unset"},
	} {
		refused(t, name, tt.body, tt.message)
	}
}

func TestMessagesInvalidContent(t *testing.T) {
	for name, tt := range map[string]struct{ body, message string }{
		"system image":       {prompt("a", `"system":[`+image(`{"type":"url","url":"https://x.invalid"}`)+`]`), "system: Only text blocks"},
		"system role":        {turns([]string{said("system", textBlock("a"))}), "Unexpected role"},
		"role":               {turns([]string{said("tool", textBlock("a"))}), "messages.0.role: Input should be"},
		"assistant first":    {turns([]string{said("assistant", textBlock("a"))}), "first message must use"},
		"nothing said":       {turns([]string{said("user")}), "messages.0: all messages must have non-empty content"},
		"nothing, midway":    {turns([]string{user, said("assistant"), user}), "messages.1: all messages must have non-empty content"},
		"empty text":         {turns([]string{said("user", textBlock(""))}), "text content blocks must be non-empty"},
		"block type":         {turns([]string{said("user", `{"type":"image_url"}`)}), "messages.0.content.0: Input tag 'image_url'"},
		"trailing space":     {turns([]string{user, `{"role":"assistant","content":"So "}`}), "cannot end with trailing whitespace"},
		"image source":       {turns([]string{said("user", image(`{"type":"text","data":"x"}`))}), "messages.0.content.0.image.source: Input tag 'text'"},
		"image type":         {turns([]string{said("user", image(`{"type":"base64","media_type":"image/tiff","data":"QUJD"}`))}), "media_type: Input should be 'image/jpeg'"},
		"image data":         {turns([]string{said("user", image(`{"type":"base64","media_type":"image/png","data":"data:QUJD"}`))}), "invalid base64 data"},
		"image url":          {turns([]string{said("user", image(`{"type":"url","url":"file:///etc/passwd"}`))}), "Only HTTP and HTTPS"},
		"file id":            {turns([]string{said("user", `{"type":"document","source":{"type":"file"}}`)}), "document.source.file.file_id"},
		"result's image":     {turns([]string{user, using, said("user", `{"type":"tool_result","tool_use_id":"toolu_1","content":[`+image(`{}`)+`]}`)}), "tool_result.content.0.image.source"},
		"call's input":       {turns([]string{user, strings.ReplaceAll(using, "{}", `"{}"`)}), "messages.1.content.0.tool_use"},
		"result, no call":    {turns([]string{user, said("assistant", textBlock("a")), said("user", result1)}), "messages.2.content.0: unexpected `tool_use_id`"},
		"result twice":       {turns([]string{user, using, said("user", result1, result1)}), "messages.2.content.1: unexpected `tool_use_id`"},
		"call unanswered":    {turns([]string{user, using, user}), "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1."},
		"one unanswered":     {turns([]string{user, using2, said("user", result1)}), "immediately after: toolu_2."},
		"result after text":  {turns([]string{user, using, said("user", textBlock("Here:"), result1)}), "immediately after: toolu_1."},
		"call at the end":    {turns([]string{user, using}), "messages.1: `tool_use` ids were found"},
		"signature":          {turns([]string{user, said("assistant", `{"type":"thinking","thinking":"a","signature":"QUJD"}`, textBlock("b")), user}), "messages.1.content.0: Invalid `signature`"},
		"redacted":           {turns([]string{user, said("assistant", `{"type":"redacted_thinking","data":"?"}`, textBlock("b")), user}), "messages.1.content.0: Invalid `data`"},
		"thinking forgotten": {turns([]string{user, using, said("user", result1)}, think), "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`"},
		"cache type":         {prompt("a", `"cache_control":{"type":"lasting"}`), "cache_control.type"},
		"cache time":         {turns([]string{marked(1, `,"ttl":"2h"`)}), "cache_control.ephemeral.ttl"},
		"cache marks":        {turns([]string{marked(5, ``)}), "A maximum of 4 blocks"},
		"cache mark too":     {turns([]string{marked(4, ``, textBlock("b"))}, `"cache_control":{"type":"ephemeral"}`), "A maximum of 4 blocks"},
		"cache order":        {turns([]string{marked(1, `,"ttl":"1h"`)}, `"system":[`+textBlock("a", `"cache_control":{"type":"ephemeral"}`)+`]`), "must not come after"},
	} {
		refused(t, name, tt.body, tt.message)
	}
}

// refused checks that a request is found invalid, with a message that has the given words.
func refused(t *testing.T, name, body, words string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		anthropicBothWays(t, sim.Config{}, func(a anthropic) {
			r := a.send(body)
			e := r.trouble()
			if r.status != http.StatusBadRequest || e.Error.Type != "invalid_request_error" || !strings.Contains(e.Error.Message, words) {
				a.t.Errorf("%d %s; want %q", r.status, r.body, words)
			}
			if st := a.sim.Stats(); st.Requests != 1 || st.Answered != 0 || st.Faults != 0 {
				a.t.Errorf("stats %+v", st)
			}
		})
	})
}

func TestMessagesValid(t *testing.T) {
	pdf := `{"type":"document","title":"T","source":{"type":"base64","media_type":"application/pdf","data":"QUJD"}}`
	anthropicInMemory(t, sim.Config{}, func(a anthropic) {
		for name, body := range map[string]string{
			"every known field": prompt("a", `"temperature":1`, `"top_p":1`, `"top_k":0`, `"metadata":{"user_id":"u"}`, `"service_tier":"auto"`, `"stop_sequences":["x"]`, `"stream":false`, `"system":"s"`, `"inference_geo":"us"`),
			"nulls":             prompt("a", `"temperature":null`, `"system":null`, `"tools":null`, `"tool_choice":null`, `"thinking":null`, `"stop_sequences":null`, `"output_config":null`, `"cache_control":null`),
			"roles in a row":    turns([]string{user, user, said("assistant", textBlock("a")), said("assistant", textBlock("b"))}),
			"empty at the end":  turns([]string{user, said("assistant")}),
			"empty and thought": turns([]string{user, said("assistant")}, thinking),
			"media": turns([]string{said("user", textBlock("Look"), image(`{"type":"base64","media_type":"image/png","data":"QUJD"}`), image(`{"type":"file","file_id":"f"}`), pdf,
				`{"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"},"citations":{"enabled":true}}`, `{"type":"document","source":{"type":"content","content":"words"}}`)}),
			"tool turn":         turns([]string{user, using2, said("user", result2, result1)}, clock),
			"tool turn, go on":  turns([]string{user, using, said("user", result1, textBlock("And?"))}, clock),
			"failed tool":       turns([]string{user, using, said("user", `{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[`+textBlock("broken")+`,`+image(`{"type":"url","url":"https://x.invalid"}`)+`]}`)}),
			"silent tool":       turns([]string{user, using, said("user", `{"type":"tool_result","tool_use_id":"toolu_1"}`)}),
			"vendor's tools":    prompt("search", `"tools":[{"type":"web_search_20250305","name":"web_search"},{"type":"bash_20250124","name":"bash"}]`),
			"vendor's results":  turns([]string{user, said("assistant", `{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}}`, `{"type":"web_search_tool_result","tool_use_id":"s","content":{"type":"web_search_tool_result_error","error_code":"unavailable"}}`, textBlock("a")), user}),
			"no thinking":       prompt("a", `"thinking":{"type":"disabled"}`, `"temperature":0`),
			"marks":             turns([]string{marked(4, `,"ttl":"5m"`)}),
			"marks of an hour":  turns([]string{marked(1, `,"ttl":"5m"`)}, `"system":[`+textBlock("a", `"cache_control":{"type":"ephemeral","ttl":"1h"}`)+`]`),
			"none without tool": prompt("a", clock, `"tool_choice":{"type":"none"}`),
		} {
			if r := a.send(body); r.status != http.StatusOK {
				a.t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
	})
}

func TestMessagesTooLarge(t *testing.T) {
	anthropicInMemory(t, sim.Config{}, func(a anthropic) {
		r := a.send(prompt(strings.Repeat("x", 32<<20)))
		if e := r.trouble(); r.status != http.StatusRequestEntityTooLarge || e.Error.Type != "request_too_large" {
			a.t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestPromptMessages(t *testing.T) {
	var got sim.Prompt
	cfg := sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { got = *p; return nil }}
	anthropicInMemory(t, cfg, func(a anthropic) {
		for name, tt := range map[string]struct{ body, want string }{
			"media":   {turns([]string{said("user", textBlock("Look: "), image(`{"type":"url","url":"https://x.invalid"}`), textBlock("what?"))}, `"system":[`+textBlock("Be brief.")+`]`), "{Model:demo System:Be brief. Text:Look: what? Turns:2 Images:1 Files:0 Tools:[] Results:[]}"},
			"results": {turns([]string{user, using2, said("user", result1, `{"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":"late"}`)}, clock), "{Model:demo System: Text:Hello Turns:4 Images:0 Files:0 Tools:[clock] Results:[{Name:clock Text:noon Failed:false} {Name:clock Text:late Failed:true}]}"},
			"go on":   {turns([]string{user, using, said("user", result1, textBlock("And?"))}), "{Model:demo System: Text:And? Turns:4 Images:0 Files:0 Tools:[] Results:[]}"},
		} {
			a.send(tt.body).good()
			if heard := fmt.Sprintf("%+v", got); heard != tt.want {
				a.t.Errorf("%s: heard %s, want %s", name, heard, tt.want)
			}
		}
	})
}
