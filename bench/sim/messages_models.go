package sim

import "net/http"

// messagesModel is an entry of the vendor's list of models.
type messagesModel struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	DisplayName string `json:"display_name"`
	CreatedAt   string `json:"created_at"`
}

func newMessagesModel(id string) messagesModel {
	return messagesModel{Type: "model", ID: id, DisplayName: id, CreatedAt: "2023-11-14T22:13:20Z"}
}

// messagesModels lists all models on one page.
func (s *Sim) messagesModels(w http.ResponseWriter, r *http.Request) {
	if key := messagesKey(r); !s.authorized(key) {
		s.messagesFail(w, http.StatusUnauthorized, "authentication_error", unauthorized{key}.messages())
		return
	}
	ids := s.models()
	list := make([]messagesModel, len(ids))
	for i, id := range ids {
		list[i] = newMessagesModel(id)
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": list, "has_more": false, "first_id": ids[0], "last_id": ids[len(ids)-1]})
}

func (s *Sim) messagesModel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("model")
	if key := messagesKey(r); !s.authorized(key) {
		s.messagesFail(w, http.StatusUnauthorized, "authentication_error", unauthorized{key}.messages())
	} else if !s.serves(id) {
		s.messagesFail(w, http.StatusNotFound, "not_found_error", "model: "+id)
	} else {
		writeJSON(w, http.StatusOK, newMessagesModel(id))
	}
}
