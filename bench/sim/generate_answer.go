package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The vendor's response, whole and in chunks.
type (
	generateResponse struct {
		Candidates     []generateCandidate `json:"candidates,omitempty"`
		PromptFeedback *generateFeedback   `json:"promptFeedback,omitempty"`
		UsageMetadata  generateUsage       `json:"usageMetadata"`
		ModelVersion   string              `json:"modelVersion"`
		CreateTime     *time.Time          `json:"createTime,omitempty"`
		ResponseID     string              `json:"responseId"`
	}
	generateCandidate struct {
		Content       generateContent  `json:"content"`
		FinishReason  string           `json:"finishReason,omitempty"`
		Index         int              `json:"index"`
		SafetyRatings []generateRating `json:"safetyRatings,omitempty"`
		FinishMessage string           `json:"finishMessage,omitempty"`
	}
	generateFeedback struct {
		BlockReason   string           `json:"blockReason"`
		SafetyRatings []generateRating `json:"safetyRatings,omitempty"`
	}
	generateRating struct {
		Category    string `json:"category"`
		Probability string `json:"probability"`
		Blocked     bool   `json:"blocked,omitempty"`
	}
	generateUsage struct {
		PromptTokenCount        int                `json:"promptTokenCount"`
		CachedContentTokenCount int                `json:"cachedContentTokenCount,omitempty"`
		CandidatesTokenCount    int                `json:"candidatesTokenCount,omitempty"`
		TotalTokenCount         int                `json:"totalTokenCount"`
		TrafficType             string             `json:"trafficType,omitempty"`
		PromptTokensDetails     []generateModality `json:"promptTokensDetails"`
		CacheTokensDetails      []generateModality `json:"cacheTokensDetails,omitempty"`
		CandidatesTokensDetails []generateModality `json:"candidatesTokensDetails,omitempty"`
		ThoughtsTokenCount      int                `json:"thoughtsTokenCount,omitempty"`
	}
	generateModality struct {
		Modality   string `json:"modality"`
		TokenCount int    `json:"tokenCount"`
	}
	generateCounted struct {
		TotalTokens         int                `json:"totalTokens"`
		PromptTokensDetails []generateModality `json:"promptTokensDetails"`
	}
)

func (g *generate) open(h http.Header, stream bool) {
	switch {
	case stream && g.sse:
		h.Set("Content-Type", "text/event-stream")
	case stream:
		h.Set("Content-Type", "application/json; charset=UTF-8")
	}
}

func (g *generate) count(t *turn) any {
	return generateCounted{t.prompt, promptModalities(t)}
}

// promptModalities split the prompt. The vendor leaves out what there is nothing of.
func promptModalities(t *turn) []generateModality {
	images, files := 0, 0
	for _, m := range t.req.messages {
		images, files = images+mediaTokens*m.images, files+mediaTokens*m.files
	}
	return slices.DeleteFunc([]generateModality{{"TEXT", t.prompt - images - files}, {"IMAGE", images}, {"DOCUMENT", files}},
		func(m generateModality) bool { return m.TokenCount == 0 })
}

// response has the counts as they are when so many tokens were thought and said.
func (g *generate) response(t *turn, thought, said int, candidates ...generateCandidate) generateResponse {
	u := generateUsage{
		PromptTokenCount: t.prompt, CachedContentTokenCount: t.cache.read, CandidatesTokenCount: said, ThoughtsTokenCount: thought,
		TotalTokenCount: t.prompt + thought + said, PromptTokensDetails: promptModalities(t),
	}
	if u.CachedContentTokenCount > 0 {
		u.CacheTokensDetails = []generateModality{{"TEXT", u.CachedContentTokenCount}}
	}
	out := generateResponse{Candidates: candidates, ModelVersion: g.model, ResponseID: g.id}
	if g.vertex {
		u.TrafficType, out.CreateTime = "ON_DEMAND", new(t.begun.UTC())
		if said > 0 {
			u.CandidatesTokensDetails = []generateModality{{"TEXT", said}}
		}
	}
	out.UsageMetadata = u
	return out
}

// blocked is the answer to a prompt that is refused.
func (g *generate) blocked(t *turn) generateResponse {
	out := g.response(t, 0, 0)
	out.PromptFeedback = &generateFeedback{"SAFETY", generateRatings()}
	return out
}

func generateRatings() []generateRating {
	return []generateRating{{"HARM_CATEGORY_DANGEROUS_CONTENT", "HIGH", true}}
}

// promptBlocked: nothing was generated, because of the prompt.
func promptBlocked(a *reply) bool { return a.refusal && a.tokens() == 0 }

func (g *generate) whole(t *turn) any {
	a := t.reply
	if promptBlocked(a) {
		return g.blocked(t)
	}
	var parts []generatePart
	if len(a.thoughts) > 0 {
		parts = append(parts, generatePart{Text: new(strings.Join(a.thoughts, "")), Thought: true})
	}
	if text := a.text(); text != "" || a.end == ended && len(a.calls) == 0 {
		parts = append(parts, generatePart{Text: &text, ThoughtSignature: textSeal(a)})
	}
	parts = append(parts, g.calls(a)...)
	var candidates []generateCandidate
	for i := range t.req.times() {
		candidates = append(candidates, g.candidate(i, g.finish(a), parts...))
	}
	thought := a.thought() * t.req.times()
	return g.response(t, thought, t.written()-thought, candidates...)
}

// textSeal is the signature that ends a text before which the model thought, unless a call has it.
func textSeal(a *reply) string {
	if a.thought() == 0 || len(a.calls) > 0 {
		return ""
	}
	return seal(a.text())
}

// calls are whole: one whose arguments broke off at the maximum of tokens is never sent. The first has the signature of all.
func (g *generate) calls(a *reply) (parts []generatePart) {
	for _, c := range a.calls {
		if a.end == full && !json.Valid([]byte(c.arguments)) {
			break
		}
		f := &generateCall{Name: c.name, Args: object(c.arguments)}
		part := generatePart{FunctionCall: f}
		if !g.older() {
			f.ID = strings.ToLower(c.id[:8])
		}
		if len(parts) == 0 {
			part.ThoughtSignature = callSeal(f.Name, f.Args)
		}
		parts = append(parts, part)
	}
	return parts
}

func (g *generate) candidate(index int, finish generateCandidate, parts ...generatePart) generateCandidate {
	finish.Index, finish.Content = index, generateContent{Role: "model", Parts: parts}
	return finish
}

// finish is a candidate but for what it says.
func (g *generate) finish(a *reply) generateCandidate {
	switch {
	case a.refusal:
		return generateCandidate{FinishReason: "SAFETY", SafetyRatings: generateRatings()}
	case a.end == full:
		return generateCandidate{FinishReason: "MAX_TOKENS"}
	case a.end == called && g.older():
		return generateCandidate{FinishReason: "STOP", FinishMessage: "Model generated function call(s)."}
	}
	return generateCandidate{FinishReason: "STOP"}
}
