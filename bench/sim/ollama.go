package sim

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ollama is the API of an Ollama server. It has no ids and tells nothing of limits; its streams are lines of JSON.
type ollama struct{ ollamaRequest }

func (s *Sim) ollamaRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/chat", s.answers(func() dialect { return new(ollama) }))
	mux.HandleFunc("GET /api/tags", s.ollamaTags)
	mux.HandleFunc("POST /api/show", s.ollamaShow)
	for _, path := range []string{"/api/chat", "/api/tags", "/api/show"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		})
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "404 page not found", http.StatusNotFound) })
}

func (o *ollama) begin(*turn) {}

func (o *ollama) key(r *http.Request) string { return ollamaKey(r) }

func ollamaKey(r *http.Request) string {
	key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return key
}

func (o *ollama) limits(http.Header, time.Time, allowance) {}

func (o *ollama) hint(h http.Header, wait time.Duration) { h.Set("Retry-After", wholeSeconds(wait)) }

func (o *ollama) refuse(problem error) *failure {
	switch p := problem.(type) {
	case unreadable:
		return ollamaError(http.StatusRequestEntityTooLarge, p.Error())
	case unauthorized:
		return ollamaError(http.StatusUnauthorized, p.Error())
	case unknownModel:
		return ollamaError(http.StatusNotFound, "model '"+p.model+"' not found")
	case overflow:
		return ollamaError(http.StatusBadRequest, "the input length exceeds the context length")
	case limited:
		return ollamaError(http.StatusTooManyRequests, fmt.Sprintf("too many requests: %s", p.Error()))
	}
	return ollamaError(http.StatusBadRequest, problem.Error())
}

func (o *ollama) usual(status int, _ time.Duration) *failure {
	message := "an error was encountered while running the model"
	switch status {
	case http.StatusBadRequest:
		message = "invalid request"
	case http.StatusUnauthorized:
		message = "unauthorized"
	case http.StatusNotFound:
		message = "model not found, try pulling it first"
	case http.StatusTooManyRequests:
		message = "too many requests"
	case http.StatusServiceUnavailable:
		message = "server busy, please try again. maximum pending requests exceeded"
	}
	return ollamaError(status, message)
}

func ollamaError(status int, message string) *failure {
	return &failure{status, map[string]string{"error": message}}
}
