package sim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	tool     = `"tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"object"}}}]`
	user     = `{"role":"user","content":"Hello"}`
	calling  = `{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"clock","arguments":"{}"}}]}`
	answered = `{"role":"tool","tool_call_id":"call_1","content":"noon"}`
)

func messages(list ...string) string {
	return talk(`"messages":[` + strings.Join(list, ",") + `]`)
}

func TestRequestInvalid(t *testing.T) {
	for name, tt := range map[string]struct{ body, param, code, message string }{
		"empty":               {"", "", "", "could not parse the JSON body"},
		"not JSON":            {`{"model":`, "", "", "could not parse the JSON body"},
		"not an object":       {`[1,2]`, "", "", "could not parse the JSON body"},
		"two objects":         {ask("a") + ask("b"), "", "", "could not parse the JSON body"},
		"null":                {"null", "", "", "model parameter"},
		"no model":            {`{"messages":[` + user + `]}`, "", "", "model parameter"},
		"no messages":         {talk(), "messages", "missing_required_parameter", "Missing required parameter: 'messages'"},
		"empty messages":      {messages(), "messages", "missing_required_parameter", "Missing required parameter: 'messages'"},
		"unknown field":       {ask("a", `"temprature":1`), "temprature", "unknown_parameter", "Unknown parameter: 'temprature'"},
		"other case":          {ask("a", `"Temperature":1`), "Temperature", "unknown_parameter", "Unknown parameter: 'Temperature'"},
		"model type":          {`{"model":5,"messages":[` + user + `]}`, "model", "invalid_type", "Invalid type for 'model'"},
		"messages type":       {talk(`"messages":"Hello"`), "messages", "invalid_type", "Invalid type for 'messages'"},
		"role type":           {messages(`{"role":1,"content":"a"}`), "messages.role", "invalid_type", "Invalid type for 'messages.role'"},
		"content type":        {messages(`{"role":"user","content":5}`), "messages.content", "invalid_type", "Invalid type"},
		"part type":           {messages(`{"role":"user","content":["a"]}`), "messages.content", "invalid_type", "Invalid type"},
		"temperature type":    {ask("a", `"temperature":"hot"`), "temperature", "invalid_type", "Invalid type for 'temperature'"},
		"max_tokens type":     {ask("a", `"max_tokens":1.5`), "max_tokens", "invalid_type", "Invalid type for 'max_tokens'"},
		"stop type":           {ask("a", `"stop":[1]`), "stop", "invalid_type", "Invalid type"},
		"tools type":          {ask("a", `"tools":{}`), "tools", "invalid_type", "Invalid type for 'tools'"},
		"tool_choice type":    {ask("a", tool, `"tool_choice":5`), "tool_choice", "invalid_type", "Invalid type"},
		"stream type":         {ask("a", `"stream":"yes"`), "stream", "invalid_type", "Invalid type for 'stream'"},
		"temperature":         {ask("a", `"temperature":2.5`), "temperature", "decimal_out_of_range", "between 0 and 2, but got 2.5"},
		"cold":                {ask("a", `"temperature":-1`), "temperature", "decimal_out_of_range", "but got -1"},
		"effort":              {ask("a", `"reasoning_effort":"utmost"`), "reasoning_effort", "invalid_value", "Invalid value: 'utmost'"},
		"top_p":               {ask("a", `"top_p":1.5`), "top_p", "decimal_out_of_range", "between 0 and 1, but got 1.5"},
		"n":                   {ask("a", `"n":0`), "n", "integer_out_of_range", "between 1 and 128, but got 0"},
		"large n":             {ask("a", `"n":129`), "n", "integer_out_of_range", "between 1 and 128, but got 129"},
		"no tokens":           {ask("a", `"max_tokens":0`), "max_tokens", "integer_below_min_value", ">= 1, but got 0"},
		"negative tokens":     {ask("a", `"max_completion_tokens":-5`), "max_completion_tokens", "integer_below_min_value", ">= 1, but got -5"},
		"stream options":      {ask("a", `"stream_options":{"include_usage":true}`), "stream_options", "", "only allowed when 'stream' is enabled"},
		"five stops":          {ask("a", `"stop":["a","b","c","d","e"]`), "stop", "array_above_max_length", "maximum length 4"},
		"choice without tool": {ask("a", `"tool_choice":"auto"`), "tool_choice", "", "only allowed when 'tools' are specified"},
		"name without tool":   {ask("a", `"tool_choice":{"type":"function","function":{"name":"clock"}}`), "tool_choice", "", "only allowed when 'tools' are specified"},
		"parallel, no tool":   {ask("a", `"parallel_tool_calls":false`), "parallel_tool_calls", "", "only allowed when 'tools' are specified"},
		"tool choice":         {ask("a", tool, `"tool_choice":"always"`), "tool_choice", "invalid_value", "Invalid value: 'always'"},
		"tool named":          {ask("a", tool, `"tool_choice":{"type":"function","function":{"name":"map"}}`), "tool_choice", "", "no function named 'map'"},
		"tool without name":   {ask("a", `"tools":[{"type":"function","function":{}}]`), "tools[0].function", "missing_required_parameter", "tools[0].function"},
		"tool kind":           {ask("a", `"tools":[{"type":"retrieval"}]`), "tools[0].function", "missing_required_parameter", "tools[0].function"},
		"tool schema":         {ask("clock", `"tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"thing"}}}]`), "tools", "invalid_function_parameters", "Invalid schema for function 'clock'"},
		"format":              {ask("a", `"response_format":{"type":"xml"}`), "response_format.type", "invalid_value", "Invalid value: 'xml'"},
		"json unsaid":         {ask("a", `"response_format":{"type":"json_object"}`), "messages", "", "must contain the word 'json'"},
		"schema unnamed":      {ask("a", `"response_format":{"type":"json_schema","json_schema":{}}`), "response_format.json_schema.name", "missing_required_parameter", "json_schema.name"},
		"schema":              {ask("a", `"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"thing"}}}`), "response_format", "", "Invalid schema for response_format 'x'"},
		"role":                {messages(`{"role":"robot","content":"a"}`), "messages[0].role", "invalid_value", "Invalid value: 'robot'"},
		"tool without call":   {messages(user, answered), "messages.[1].role", "", "must be a response to a preceeding message with 'tool_calls'"},
		"tool twice":          {messages(user, calling, answered, answered), "messages.[3].role", "", "must be a response to a preceeding message"},
		"other call":          {messages(user, calling, strings.Replace(answered, "call_1", "call_2", 1)), "messages.[2].role", "", "must be a response to a preceeding message"},
		"call unanswered":     {messages(user, calling, user), "messages.[2].role", "", "must be followed by tool messages"},
		"call at the end":     {messages(user, calling), "messages.[2].role", "", "must be followed by tool messages"},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, sim.Config{}, func(c *caller) {
				r := c.post(tt.body)
				e := r.failure()
				if r.status != http.StatusBadRequest || e.Type != "invalid_request_error" || or(e.Param, "") != tt.param || or(e.Code, "") != tt.code || !strings.Contains(e.Message, tt.message) {
					c.t.Errorf("%d %s; want param %q, code %q, message with %q", r.status, r.body, tt.param, tt.code, tt.message)
				}
				if st := c.sim.Stats(); st.Requests != 1 || st.Answered != 0 || st.Faults != 0 {
					c.t.Errorf("stats %+v", st)
				}
			})
		})
	}
}

func TestRequestValid(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		for name, body := range map[string]string{
			"every known field": ask("a", `"temperature":0`, `"top_p":1`, `"n":1`, `"seed":1`, `"user":"u"`, `"logit_bias":{}`, `"metadata":{}`, `"store":false`,
				`"frequency_penalty":0`, `"presence_penalty":0`, `"service_tier":"auto"`, `"logprobs":false`, `"verbosity":"low"`, `"max_completion_tokens":1`),
			"nulls": ask("a", `"temperature":null`, `"top_p":null`, `"n":null`, `"stop":null`, `"tools":null`, `"tool_choice":null`, `"parallel_tool_calls":null`,
				`"response_format":null`, `"max_tokens":null`, `"max_completion_tokens":null`, `"stream":null`, `"stream_options":null`, `"reasoning_effort":null`),
			"edges":              ask("a", `"temperature":2`, `"top_p":0`, `"n":128`, `"max_tokens":1`, `"stop":["a","b","c","d"]`),
			"tools, null choice": ask("a", tool, `"tool_choice":null`),
			"none without tools": ask("a", `"tool_choice":"none"`),
			"system, developer":  messages(`{"role":"system","content":"a"}`, `{"role":"developer","content":"b"}`, user),
			"assistant last":     messages(user, `{"role":"assistant","content":"a"}`),
			"tool turn":          messages(user, calling, answered),
			"tool turn, go on":   messages(user, calling, answered, user),
			"function":           messages(user, `{"role":"function","name":"f","content":"x"}`),
			"parts":              messages(`{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`),
			"json in capitals":   ask("Answer in JSON", `"response_format":{"type":"json_object"}`),
			"text format":        ask("a", `"response_format":{"type":"text"}`),
			"schema, no schema":  ask("a", `"response_format":{"type":"json_schema","json_schema":{"name":"any"}}`),
			"tool, no schema":    ask("clock", `"tools":[{"type":"function","function":{"name":"clock"}}]`),
		} {
			if r := c.post(body); r.status != http.StatusOK {
				c.t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
	})
}

// A body that can't be read is answered, too: in memory a client sees it.
func TestRequestBrokenOff(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		body := io.MultiReader(strings.NewReader(`{"model":"demo"`), iotest.ErrReader(io.ErrUnexpectedEOF))
		resp, err := c.http.Post(c.base+"/chat/completions", "application/json", body)
		if err != nil {
			c.t.Fatal(err)
		}
		defer resp.Body.Close()
		got, _ := io.ReadAll(resp.Body)
		if e := decodeError(c.t, got); resp.StatusCode != http.StatusRequestEntityTooLarge || e.Type != "invalid_request_error" {
			c.t.Errorf("%d %s", resp.StatusCode, got)
		}
	})
}
