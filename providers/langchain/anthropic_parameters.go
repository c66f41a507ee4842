package langchain

import (
	"fmt"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// anthropicParameters writes the fields of a Messages request that stand beside its messages and tools. The system prompt is
// one of them: langchaingo would send only the first part of each system message, without cache marks.
type anthropicParameters struct {
	*dialect.Encoder
	*written
}

func (p anthropicParameters) write(streamed bool) {
	r := p.Req
	p.OptionalText("model", p.Model)
	if p.Field("stream") {
		p.Bool(streamed)
	}
	limit := p.maxTokens()
	if p.Field("max_tokens") {
		p.Int(int64(limit))
	}
	p.system()
	p.OptionalFloat("temperature", r.Temperature)
	p.OptionalFloat("top_p", r.TopP)
	p.OptionalInt("top_k", r.TopK)
	p.OptionalTexts("stop_sequences", r.Stop)
	p.thinking(limit)
	p.tools()
	p.format()
	p.OptionalText("service_tier", r.ServiceTier)
	if r.User != "" && p.Field("metadata") {
		p.Raw("{")
		p.Text("user_id", r.User)
		p.Raw("}")
	}
	p.unsaid()
}

// defaultMaxTokens is sent where neither the request nor the model's description has a bound: the API demands one.
const defaultMaxTokens = 4096

func (p anthropicParameters) maxTokens() int {
	if p.Req.MaxTokens > 0 {
		return p.Req.MaxTokens
	}
	if p.Can.Known && p.Can.MaxOutputTokens > 0 {
		return p.Can.MaxOutputTokens
	}
	p.Encoder.Warn("max_tokens", fmt.Sprintf("the API demands a bound; %d was sent", defaultMaxTokens))
	return defaultMaxTokens
}

// system writes all system messages as blocks of text, with their cache marks.
func (p anthropicParameters) system() {
	blocks := p.systemBlocks()
	if len(blocks) == 0 || !p.Field("system") {
		return
	}
	p.Raw(`[`)
	for _, b := range blocks {
		p.Comma()
		p.Raw(`{"type":"text"`)
		p.Text("text", b.text)
		if b.mark != nil {
			p.Raw(`,"cache_control":{"type":"ephemeral"`)
			if b.mark.TTL > 0 {
				p.Text("ttl", ttl(b.mark.TTL))
			}
			p.Raw("}")
		}
		p.Raw("}")
	}
	p.Raw(`]`)
}

type systemBlock struct {
	text string
	mark *request.CacheBreakpoint
}

func (p anthropicParameters) systemBlocks() (blocks []systemBlock) {
	for i := range p.Req.Messages {
		m := &p.Req.Messages[i]
		if m.Role != request.RoleSystem {
			continue
		}
		first := len(blocks)
		if m.Content != "" {
			blocks = append(blocks, systemBlock{text: m.Content})
		}
		for _, part := range m.Parts {
			switch part := part.(type) {
			case request.TextPart:
				if part.Text != "" { // the API refuses empty blocks
					blocks = append(blocks, systemBlock{text: part.Text})
				}
			case request.CacheBreakpoint:
				if len(blocks) > first {
					blocks[len(blocks)-1].mark = &part
				}
			}
		}
	}
	return blocks
}

// ttl writes "5m" and "1h", as the API has it.
func ttl(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// minThinking is the API's lower bound on a budget, which must also be below max_tokens.
const minThinking = 1024

func (p anthropicParameters) thinking(limit int) {
	r := p.Req
	budget := r.ReasoningBudget
	switch {
	case r.ReasoningEffort == request.EffortNone:
		if p.Field("thinking") {
			p.Raw(`{"type":"disabled"}`)
		}
		return
	case r.ReasoningEffort != "":
		budget = max(minThinking, llms.CalculateThinkingBudget(thinkingMode(r.ReasoningEffort), limit))
		if budget >= limit {
			p.Encoder.Warn("reasoning_effort", "not sent: max_tokens leaves no room for thinking; raise it")
			return
		}
		p.Encoder.Warn("reasoning_effort", fmt.Sprintf("sent as a thinking budget of %d tokens", budget))
	}
	if budget > 0 && p.Field("thinking") {
		p.Raw(`{"type":"enabled","budget_tokens":`)
		p.Int(int64(budget))
		p.Raw("}")
	}
}

var anthropicChoices = map[request.ToolMode]string{
	"": "auto", request.ToolAuto: "auto", request.ToolNone: "none", request.ToolRequired: "any", request.ToolNamed: "tool",
}

func (p anthropicParameters) tools() {
	r := p.Req
	if len(r.Tools) == 0 {
		return
	}
	for i := range r.Tools {
		if r.Tools[i].Cache != nil {
			p.Encoder.Warn("tools.cache", "not sent: langchaingo has no place for a cache mark on a tool")
		}
		if strict := r.Tools[i].Strict; strict != nil && *strict {
			p.Encoder.Warn("tools.strict", "not sent: langchaingo's anthropic package does not pass it on")
		}
	}
	parallel := r.ParallelToolCalls
	if (r.ToolChoice.Mode == "" && parallel == nil) || !p.Field("tool_choice") {
		return
	}
	p.Raw("{")
	p.Text("type", anthropicChoices[r.ToolChoice.Mode])
	p.TextIf("name", r.ToolChoice.Name)
	if parallel != nil && r.ToolChoice.Mode != request.ToolNone {
		p.Key("disable_parallel_tool_use")
		p.Bool(!*parallel)
	}
	p.Raw("}")
}

func (p anthropicParameters) format() {
	f := &p.Req.ResponseFormat
	switch {
	case f.Type == request.FormatJSON:
		p.Encoder.Warn("response_format", "not sent: the API has no mode for JSON without a schema; ask for it in the prompt")
	case f.Type == request.FormatJSONSchema && p.Field("output_config"):
		p.Raw(`{"format":{"type":"json_schema","schema":`)
		p.Value(f.Schema)
		p.Raw(`}}`)
	}
}

// unsaid warns of parameters that the API does not have.
func (p anthropicParameters) unsaid() {
	r := p.Req
	const none = "not sent: the API has no such parameter"
	p.WarnIf(r.Seed != nil, "seed", none)
	p.WarnIf(r.FrequencyPenalty != nil, "frequency_penalty", none)
	p.WarnIf(r.PresencePenalty != nil, "presence_penalty", none)
	p.WarnIf(r.PromptCacheKey != "", "prompt_cache_key", none)
}
