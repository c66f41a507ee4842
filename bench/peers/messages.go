package main

import (
	"fmt"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// messages says in Anthropic's dialect what yardstick.Chat says in OpenAI's.
func messages() yardstick.Answer {
	const head = `{"model":"claude-sonnet-4-5-20250929","id":"msg_01ABC","type":"message","role":"assistant","content":[`
	use := func(out int) string {
		return fmt.Sprintf(`"usage":{"input_tokens":21,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,`+
			`"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":%d,"service_tier":"standard"}`, out)
	}
	event := func(kind, fields string) string {
		return fmt.Sprintf("event: %s\ndata: {\"type\":%q%s}\n\n", kind, kind, fields)
	}
	events := []string{
		event("message_start", `,"message":`+head+`],"stop_reason":null,"stop_sequence":null,`+use(1)+`}`),
		event("content_block_start", `,"index":0,"content_block":{"type":"text","text":""}`),
	}
	for _, word := range yardstick.Words() {
		events = append(events, event("content_block_delta", fmt.Sprintf(`,"index":0,"delta":{"type":"text_delta","text":%q}`, word)))
	}
	return yardstick.Answer{
		Whole: head + `{"type":"text","text":` + yardstick.Text() + `}],"stop_reason":"end_turn","stop_sequence":null,` + use(220) + `}`,
		Events: append(events,
			event("content_block_stop", `,"index":0`),
			event("message_delta", `,"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":100}`),
			event("message_stop", "")),
	}
}
