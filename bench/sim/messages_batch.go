package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
)

// messagesBatchMost is the vendor's bound on a batch, in bytes.
const messagesBatchMost = 256 << 20

func (s *Sim) messagesBatchRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /v1/messages/batches", s.messagesAuthorized(s.messagesBatchNew))
	mux.HandleFunc("GET /v1/messages/batches/{id}", s.messagesAuthorized(s.messagesBatchGet))
	mux.HandleFunc("GET /v1/messages/batches/{id}/results", s.messagesAuthorized(s.messagesBatchResults))
	mux.HandleFunc("POST /v1/messages/batches/{id}/cancel", s.messagesAuthorized(s.messagesBatchCancel))
}

func (s *Sim) messagesAuthorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if key := messagesKey(r); !s.authorized(key) {
			s.messagesFail(w, http.StatusUnauthorized, "authentication_error", unauthorized{key}.messages())
			return
		}
		next(w, r)
	}
}

var messagesCustomID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (s *Sim) messagesBatchNew(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Requests []struct {
			ID     string          `json:"custom_id"`
			Params json.RawMessage `json:"params"`
		} `json:"requests"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, messagesBatchMost)).Decode(&ask); err != nil {
		s.messagesFail(w, http.StatusBadRequest, "invalid_request_error", "The request body is not valid JSON: "+err.Error())
		return
	}
	problem := ""
	if len(ask.Requests) == 0 {
		problem = "requests: List should have at least 1 item after validation"
	}
	seen := map[string]bool{}
	var items []batchItem
	for i, one := range ask.Requests {
		switch {
		case !messagesCustomID.MatchString(one.ID):
			problem = fmt.Sprintf("requests.%d.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'", i)
		case one.Params == nil:
			problem = fmt.Sprintf("requests.%d.params: Field required", i)
		case seen[one.ID]:
			problem = fmt.Sprintf("requests.%d.custom_id: duplicate of an earlier request", i)
		}
		seen[one.ID] = true
		items = append(items, s.item(r, one.ID, "", one.Params, func() dialect { return new(messages) }))
	}
	if problem != "" {
		s.messagesFail(w, http.StatusBadRequest, "invalid_request_error", problem)
		return
	}
	b := s.newBatch("msgbatch_", items)
	s.batches.addBatch(b)
	writeJSON(w, http.StatusOK, s.newMessagesBatch(b, r, "in_progress"))
}

func (s *Sim) messagesBatchOf(w http.ResponseWriter, r *http.Request) *batch {
	b := s.batches.batch(r.PathValue("id"))
	if b == nil {
		s.messagesFail(w, http.StatusNotFound, "not_found_error", "Batch "+r.PathValue("id")+" not found")
	}
	return b
}

func (s *Sim) messagesBatchGet(w http.ResponseWriter, r *http.Request) {
	b := s.messagesBatchOf(w, r)
	if b == nil {
		return
	}
	status := "in_progress"
	if s.over(b) {
		status = "ended"
	}
	writeJSON(w, http.StatusOK, s.newMessagesBatch(b, r, status))
}

func (s *Sim) messagesBatchCancel(w http.ResponseWriter, r *http.Request) {
	b := s.messagesBatchOf(w, r)
	if b == nil {
		return
	}
	if !s.cancel(b) {
		s.messagesFail(w, http.StatusBadRequest, "invalid_request_error", "Batch "+b.id+" cannot be canceled because it has already ended.")
		return
	}
	writeJSON(w, http.StatusOK, s.newMessagesBatch(b, r, "canceling"))
}

// newMessagesBatch is a batch as the vendor writes it: it counts everything as under way until all is over.
func (s *Sim) newMessagesBatch(b *batch, r *http.Request, status string) map[string]any {
	n := b.tally()
	counts := map[string]int{"processing": len(b.items), "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
	out := map[string]any{
		"id": b.id, "type": "message_batch", "processing_status": status, "request_counts": counts, "ended_at": nil, "archived_at": nil,
		"created_at": b.created.UTC(), "expires_at": b.created.Add(s.cfg.Batches.Window).UTC(), "cancel_initiated_at": nil, "results_url": nil,
	}
	if status == "ended" {
		counts["processing"] = 0
		counts["succeeded"], counts["errored"] = n[itemSucceeded]+n[itemMissing], n[itemErrored]
		counts["canceled"], counts["expired"] = n[itemCanceled], n[itemExpired]
		out["ended_at"], out["results_url"] = b.due.UTC(), "http://"+r.Host+"/v1/messages/batches/"+b.id+"/results"
	}
	if at := b.canceled(); !at.IsZero() {
		out["cancel_initiated_at"] = at.UTC()
	}
	return out
}

func (s *Sim) messagesBatchResults(w http.ResponseWriter, r *http.Request) {
	b := s.messagesBatchOf(w, r)
	switch {
	case b == nil:
	case !s.over(b):
		s.messagesFail(w, http.StatusNotFound, "not_found_error", "Batch "+b.id+" has no results yet")
	default:
		writeLines(w, b, messagesLine)
	}
}

// messagesLine is a line of the results.
func messagesLine(item *batchItem, o *outcome) []byte {
	result := map[string]any{"type": o.kind}
	switch o.kind {
	case itemMissing:
		return nil
	case itemSucceeded:
		result["message"] = json.RawMessage(o.body)
	case itemErrored:
		result["error"] = json.RawMessage(o.body)
	}
	text, _ := json.Marshal(map[string]any{"custom_id": item.id, "result": result})
	return text
}
