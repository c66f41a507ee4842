package sim

import "net/http"

func (s *Sim) routes() *http.ServeMux {
	mux := http.NewServeMux()
	s.chatRoutes(mux)
	mux.HandleFunc("GET /sim/stats", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.Stats()) })
	return mux
}
