package sim

import (
	"encoding/json"
	"net/http"
)

type (
	ollamaModel struct {
		Name       string        `json:"name"`
		Model      string        `json:"model"`
		ModifiedAt string        `json:"modified_at"`
		Size       int64         `json:"size"`
		Digest     string        `json:"digest"`
		Details    ollamaDetails `json:"details"`
	}
	ollamaDetails struct {
		Format string `json:"format"`
		Family string `json:"family"`
	}
)

const ollamaModified = "2023-11-14T22:13:20Z"

func (s *Sim) ollamaTags(w http.ResponseWriter, r *http.Request) {
	if key := ollamaKey(r); !s.authorized(key) {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": unauthorized{key}.Error()})
		return
	}
	list := []ollamaModel{}
	for _, id := range s.models() {
		list = append(list, ollamaModel{Name: id, Model: id, ModifiedAt: ollamaModified, Details: ollamaDetails{"gguf", "simulator"}})
	}
	writeJSON(w, http.StatusOK, map[string]any{"models": list})
}

func (s *Sim) ollamaShow(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Model string `json:"model"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked)
	var fault *failure
	switch key := ollamaKey(r); {
	case !s.authorized(key):
		fault = ollamaError(http.StatusUnauthorized, unauthorized{key}.Error())
	case err != nil:
		fault = ollamaError(http.StatusBadRequest, err.Error())
	case asked.Model == "":
		fault = ollamaError(http.StatusBadRequest, "model is required")
	case !s.serves(asked.Model):
		fault = ollamaError(http.StatusNotFound, "model '"+asked.Model+"' not found")
	}
	if fault != nil {
		writeJSON(w, fault.status, fault.body)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"details":      ollamaDetails{"gguf", "simulator"},
		"model_info":   map[string]any{"general.architecture": "simulator", "simulator.context_length": s.cfg.ContextTokens},
		"capabilities": []string{"completion", "tools", "vision", "thinking"},
		"modified_at":  ollamaModified,
	})
}
