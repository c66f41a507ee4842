package main

import (
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func TestFantasy(t *testing.T) {
	cell.Exercise(t, open, yardstick.Server{Header: http.Header{}, Answers: map[string]yardstick.Answer{"/v1/chat/completions": yardstick.Chat()}})
}
