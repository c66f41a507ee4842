package yardstick

// The hand-written client's types for OpenAI's Chat Completions: what an engineer writes without a library.
type (
	chatMessage struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	chatOptions struct {
		IncludeUsage bool `json:"include_usage"`
	}
	chatRequest struct {
		Model         string        `json:"model"`
		Messages      []chatMessage `json:"messages"`
		MaxTokens     int           `json:"max_completion_tokens"`
		Temperature   float64       `json:"temperature"`
		Stream        bool          `json:"stream,omitempty"`
		StreamOptions *chatOptions  `json:"stream_options,omitempty"`
	}
	chatChoice struct {
		Message      chatMessage `json:"message"`
		Delta        chatMessage `json:"delta"`
		FinishReason string      `json:"finish_reason"`
	}
	chatUsage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	}
	// ChatResponse is an answer of Chat Completions, or an event of a stream.
	ChatResponse struct {
		ID      string       `json:"id"`
		Model   string       `json:"model"`
		Choices []chatChoice `json:"choices"`
		Usage   *chatUsage   `json:"usage"`
	}
)

// AskChat asks Request of Chat Completions.
func AskChat(model string, stream bool) any {
	r := &chatRequest{Model: model, MaxTokens: 300, Temperature: 0.7, Stream: stream, Messages: []chatMessage{{"system", System}, {"user", Prompt}}}
	if stream {
		r.StreamOptions = &chatOptions{IncludeUsage: true}
	}
	return r
}

// Delta is the text that an event brings.
func (r *ChatResponse) Delta() string {
	if len(r.Choices) == 0 {
		return ""
	}
	return r.Choices[0].Delta.Content
}

// RawChat asks Request of OpenAI's Chat Completions by hand, and RawChatStream has the answer streamed.
func RawChat(model string) RawCall {
	return RawComplete(func() any { return AskChat(model, false) }, func(r *ChatResponse) string { return r.Choices[0].Message.Content })
}

// RawChatStream is RawChat for a stream.
func RawChatStream(model string) RawCall {
	return RawStream(func() any { return AskChat(model, true) }, (*ChatResponse).Delta)
}
