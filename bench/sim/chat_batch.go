package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// maxBatchLines is the vendor's bound on the lines of a batch.
const maxBatchLines = 50_000

func (s *Sim) chatBatchRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /v1/files", s.chatAuthorized(s.chatUpload))
	mux.HandleFunc("GET /v1/files/{id}", s.chatAuthorized(s.chatFile))
	mux.HandleFunc("GET /v1/files/{id}/content", s.chatAuthorized(s.chatContent))
	mux.HandleFunc("POST /v1/batches", s.chatAuthorized(s.chatBatchNew))
	mux.HandleFunc("GET /v1/batches", s.chatAuthorized(s.chatBatchList))
	mux.HandleFunc("GET /v1/batches/{id}", s.chatAuthorized(s.chatBatchGet))
	mux.HandleFunc("POST /v1/batches/{id}/cancel", s.chatAuthorized(s.chatBatchCancel))
}

func (s *Sim) chatAuthorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req_"+randomID(s.rngFor(nil), 32))
		if key := chatKey(r); !s.authorized(key) {
			chatFail(w, unauthorized{key}.chat())
			return
		}
		next(w, r)
	}
}

func (s *Sim) chatBatchNew(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Input    string          `json:"input_file_id"`
		Endpoint string          `json:"endpoint"`
		Window   string          `json:"completion_window"`
		Metadata json.RawMessage `json:"metadata"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&ask); err != nil {
		chatFail(w, invalid("", "", "We could not parse the JSON body of your request."))
		return
	}
	file := s.batches.file(ask.Input)
	switch {
	case ask.Endpoint != "/v1/chat/completions" && ask.Endpoint != "/v1/responses":
		chatFail(w, invalid("endpoint", "invalid_value", "Invalid value: '"+ask.Endpoint+"'. Supported values are: '/v1/chat/completions' and '/v1/responses'."))
		return
	case ask.Window != "24h":
		chatFail(w, invalid("completion_window", "invalid_value", "Invalid value: '"+ask.Window+"'. Value must be '24h'."))
		return
	case file == nil || file.purpose != "batch":
		chatFail(w, invalid("input_file_id", "invalid_input_file", "Invalid 'input_file_id': no file with purpose 'batch' has the id '"+ask.Input+"'."))
		return
	}
	items, model, problem := s.chatItems(r, file.text, ask.Endpoint)
	b := s.newBatch("batch_", items)
	b.endpoint, b.input, b.problem, b.model, b.metadata = ask.Endpoint, file.id, problem, model, ask.Metadata
	if problem != "" {
		b.items, b.due, b.end = nil, b.created, endFailed
	}
	rng := s.rngFor([]byte(b.id))
	b.output, b.errors = "file-"+randomID(rng, 22), "file-"+randomID(rng, 22)
	s.batches.addBatch(b)
	s.batches.addFile(&batchFile{id: b.output, name: b.id + "_output.jsonl", purpose: "batch_output", created: b.created.Unix(), of: b})
	s.batches.addFile(&batchFile{id: b.errors, name: b.id + "_error.jsonl", purpose: "batch_output", created: b.created.Unix(), of: b, failed: true})
	writeJSON(w, http.StatusOK, s.newChatBatch(b, "validating"))
}

// chatItems reads the lines of a file, or says what is wrong with one.
func (s *Sim) chatItems(r *http.Request, text []byte, endpoint string) (items []batchItem, model, problem string) {
	fresh := newChat
	if endpoint == "/v1/responses" {
		fresh = func() dialect { return new(responses) }
	}
	seen := map[string]bool{}
	for n, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var l struct {
			ID     string          `json:"custom_id"`
			Method string          `json:"method"`
			URL    string          `json:"url"`
			Body   json.RawMessage `json:"body"`
		}
		err := json.Unmarshal(line, &l)
		var body struct{ Model string }
		_ = json.Unmarshal(l.Body, &body)
		switch {
		case err != nil:
			problem = chatBatchError(n, "invalid_json_line", "This line is not parseable as valid JSON.")
		case l.ID == "" || l.Method != http.MethodPost || l.Body == nil:
			problem = chatBatchError(n, "missing_required_parameter", "A line needs custom_id, method POST, url and body.")
		case seen[l.ID]:
			problem = chatBatchError(n, "duplicate_custom_id", "The custom_id '"+l.ID+"' is used by another line.")
		case l.URL != endpoint:
			problem = chatBatchError(n, "invalid_url", "The URL provided for this request does not match the prefix for the batch endpoint. The given URL was '"+l.URL+"', but the expected prefix was '"+endpoint+"'.")
		case n > 0 && body.Model != model:
			problem = chatBatchError(n, "mismatched_model", fmt.Sprintf("The provided model '%s' does not match the other requests, which use '%s'.", body.Model, model))
		case n == maxBatchLines:
			problem = chatBatchError(n, "too_many_tasks", "The batch has more than "+strconv.Itoa(maxBatchLines)+" requests.")
		}
		if problem != "" {
			return nil, model, problem
		}
		seen[l.ID], model = true, body.Model
		items = append(items, s.item(r, l.ID, "", l.Body, fresh))
	}
	return items, model, ""
}

// chatBatchError is an entry of the errors of a batch; lines count from 1.
func chatBatchError(n int, code, message string) string {
	text, _ := json.Marshal(map[string]any{"code": code, "line": n + 1, "message": message, "param": nil})
	return string(text)
}

func (s *Sim) chatBatchOf(w http.ResponseWriter, r *http.Request) *batch {
	b := s.batches.batch(r.PathValue("id"))
	if b == nil || b.endpoint == "" {
		chatFail(w, chatError(http.StatusNotFound, "invalid_request_error", "", "", "No batch found with id '"+r.PathValue("id")+"'."))
		return nil
	}
	return b
}

func (s *Sim) chatBatchGet(w http.ResponseWriter, r *http.Request) {
	if b := s.chatBatchOf(w, r); b != nil {
		writeJSON(w, http.StatusOK, s.newChatBatch(b, s.chatStatus(b)))
	}
}

// chatBatchPage is how many batches a list has at most, unless the client says otherwise.
const chatBatchPage = 20

func (s *Sim) chatBatchList(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("limit"), strconv.Itoa(chatBatchPage)))
	if err != nil || limit < 1 || limit > 100 {
		chatFail(w, invalid("limit", "invalid_value", "Invalid 'limit': expected a value between 1 and 100."))
		return
	}
	list, more := s.batches.page("batch_", r.URL.Query().Get("after"), limit)
	out := map[string]any{"object": "list", "first_id": nil, "last_id": nil, "has_more": more}
	data := make([]any, len(list))
	for i, b := range list {
		data[i], out["last_id"] = s.newChatBatch(b, s.chatStatus(b)), b.id
	}
	if out["data"] = data; len(list) > 0 {
		out["first_id"] = list[0].id
	}
	writeJSON(w, http.StatusOK, out)
}

// chatStatus is where a batch is, in the vendor's words.
func (s *Sim) chatStatus(b *batch) string {
	if !s.over(b) {
		return "in_progress"
	}
	return map[end]string{endDone: "completed", endExpired: "expired", endCanceled: "cancelled", endFailed: "failed"}[b.end]
}

func (s *Sim) chatBatchCancel(w http.ResponseWriter, r *http.Request) {
	b := s.chatBatchOf(w, r)
	if b == nil {
		return
	}
	if !s.cancel(b) {
		chatFail(w, chatError(http.StatusConflict, "invalid_request_error", "", "", "Cannot cancel a batch that is over."))
		return
	}
	writeJSON(w, http.StatusOK, s.newChatBatch(b, "cancelling"))
}

// newChatBatch is a batch as the vendor writes it.
func (s *Sim) newChatBatch(b *batch, status string) map[string]any {
	n := b.tally()
	failed := n[itemErrored] + n[itemExpired] + n[itemCanceled] + n[itemMissing]
	out := map[string]any{
		"id": b.id, "object": "batch", "endpoint": b.endpoint, "errors": nil, "input_file_id": b.input, "completion_window": "24h",
		"status": status, "output_file_id": nil, "error_file_id": nil, "created_at": b.created.Unix(), "model": b.model,
		"expires_at": b.created.Add(s.cfg.Batches.Window).Unix(), "metadata": b.metadata,
		"request_counts": map[string]int{"total": len(b.items), "completed": n[itemSucceeded], "failed": failed},
	}
	if n[itemSucceeded] > 0 {
		out["output_file_id"] = b.output
	}
	if failed > 0 {
		out["error_file_id"] = b.errors
	}
	if b.problem != "" && status == "failed" {
		out["errors"] = map[string]any{"object": "list", "data": []json.RawMessage{json.RawMessage(b.problem)}}
	}
	if status != "validating" {
		out[status+"_at"] = time.Now().Unix()
	}
	return out
}
