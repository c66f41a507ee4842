package sim

import "net/http"

// chatModelEntry is an entry of the list of models.
type chatModelEntry struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func newChatModel(id string) chatModelEntry {
	return chatModelEntry{ID: id, Object: "model", Created: 1700000000, OwnedBy: "simulator"}
}

func (s *Sim) chatModels(w http.ResponseWriter, r *http.Request) {
	if key := chatKey(r); !s.authorized(key) {
		chatFail(w, unauthorized{key}.chat())
		return
	}
	list := []chatModelEntry{}
	for _, id := range s.models() {
		list = append(list, newChatModel(id))
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": list})
}

func (s *Sim) chatModel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("model")
	if key := chatKey(r); !s.authorized(key) {
		chatFail(w, unauthorized{key}.chat())
	} else if !s.serves(id) {
		chatFail(w, chatError(http.StatusNotFound, "invalid_request_error", "model", "model_not_found", "The model '"+id+"' does not exist"))
	} else {
		writeJSON(w, http.StatusOK, newChatModel(id))
	}
}
