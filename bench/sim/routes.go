package sim

import "net/http"

func (s *Sim) routes() *http.ServeMux {
	mux := http.NewServeMux()
	s.chatRoutes(mux)
	s.messagesRoutes(mux)
	s.ollamaRoutes(mux)
	s.generateRoutes(mux)
	s.responsesRoutes(mux)
	s.chatBatchRoutes(mux)
	s.messagesBatchRoutes(mux)
	s.generateBatchRoutes(mux)
	mux.HandleFunc("GET /v1/models", byVersion(s.messagesModels, s.chatModels))
	mux.HandleFunc("GET /v1/models/{model}", byVersion(s.messagesModel, s.chatModel))
	mux.HandleFunc("GET /sim/stats", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.Stats()) })
	return mux
}

// byVersion tells whose client asks where two vendors have the same path: only one of them has versions in a header.
func byVersion(versioned, other http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Anthropic-Version") != "" {
			versioned(w, r)
		} else {
			other(w, r)
		}
	}
}
