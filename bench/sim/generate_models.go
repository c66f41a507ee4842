package sim

import (
	"cmp"
	"net/http"
)

// generateModelEntry is an entry of the vendor's list of models.
type generateModelEntry struct {
	Name             string   `json:"name"`
	Version          string   `json:"version"`
	DisplayName      string   `json:"displayName"`
	Description      string   `json:"description"`
	InputTokenLimit  int      `json:"inputTokenLimit"`
	OutputTokenLimit int      `json:"outputTokenLimit"`
	Methods          []string `json:"supportedGenerationMethods"`
	Temperature      float64  `json:"temperature"`
	TopP             float64  `json:"topP"`
	TopK             int      `json:"topK"`
	MaxTemperature   float64  `json:"maxTemperature"`
	Thinking         bool     `json:"thinking"`
}

func (s *Sim) newGenerateModel(id string) generateModelEntry {
	return generateModelEntry{
		Name: "models/" + id, Version: "001", DisplayName: id, Description: "Simulated model",
		InputTokenLimit: cmp.Or(s.cfg.ContextTokens, 1<<20), OutputTokenLimit: cmp.Or(s.cfg.ContextTokens, 1<<16),
		Methods:     []string{generateWhole, generateCount},
		Temperature: 1, TopP: 0.95, TopK: 64, MaxTemperature: 2, Thinking: true,
	}
}

// generateModels lists all models on one page.
func (s *Sim) generateModels(w http.ResponseWriter, r *http.Request) {
	if key := generateKey(r); !s.authorized(key) {
		generateFail(w, unauthorized{key}.generate(false))
		return
	}
	list := []generateModelEntry{}
	for _, id := range s.models() {
		list = append(list, s.newGenerateModel(id))
	}
	writeJSON(w, http.StatusOK, map[string]any{"models": list})
}

func (s *Sim) generateModel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("model")
	if key := generateKey(r); !s.authorized(key) {
		generateFail(w, unauthorized{key}.generate(false))
	} else if !s.serves(id) {
		generateFail(w, unknownModel{id}.generate(&generate{method: generateWhole}))
	} else {
		writeJSON(w, http.StatusOK, s.newGenerateModel(id))
	}
}

func generateFail(w http.ResponseWriter, e generateError) {
	writeJSON(w, e.Code, generateErrorBody{e})
}
