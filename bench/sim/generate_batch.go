package sim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// generateBatch is what is done with a model to have it answer a batch.
const generateBatch = "batchGenerateContent"

// generateBatchMost is the vendor's bound on a batch, in bytes.
const generateBatchMost = 20 << 20

func (s *Sim) generateBatchRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1beta/batches", s.generateAuthorized(s.generateBatchList))
	mux.HandleFunc("GET /v1beta/batches/{batch}", s.generateAuthorized(s.generateBatchGet))
	mux.HandleFunc("POST /v1beta/batches/{call}", s.generateAuthorized(s.generateBatchCancel))
}

func (s *Sim) generateAuthorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if key := generateKey(r); !s.authorized(key) {
			generateFail(w, unauthorized{key}.generate(false))
			return
		}
		next(w, r)
	}
}

func (s *Sim) generateBatchNew(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Batch struct {
			Name  string `json:"displayName"`
			Input struct {
				Requests struct {
					Requests []struct {
						Request  json.RawMessage `json:"request"`
						Metadata json.RawMessage `json:"metadata"`
					} `json:"requests"`
				} `json:"requests"`
			} `json:"inputConfig"`
		} `json:"batch"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, generateBatchMost)).Decode(&ask); err != nil {
		generateFail(w, newGenerateError(http.StatusBadRequest, "Invalid JSON payload received. "+err.Error()))
		return
	}
	requests := ask.Batch.Input.Requests.Requests
	if len(requests) == 0 {
		generateFail(w, newGenerateError(http.StatusBadRequest, "The batch has no requests inline; the simulator takes no files."))
		return
	}
	model, _ := generateTarget(r)
	if !s.serves(model) {
		generateFail(w, unknownModel{model}.generate(&generate{method: generateBatch}))
		return
	}
	var items []batchItem
	for _, one := range requests {
		items = append(items, s.item(r, string(one.Metadata), model+":"+generateWhole, one.Request, func() dialect { return new(generate) }))
	}
	b := s.newBatch("batches/", items)
	b.model, b.name = "models/"+model, ask.Batch.Name
	s.batches.addBatch(b)
	writeJSON(w, http.StatusOK, s.newOperation(b, "PENDING"))
}

func (s *Sim) generateBatchOf(w http.ResponseWriter, name string) *batch {
	b := s.batches.batch("batches/" + name)
	if b == nil {
		generateFail(w, newGenerateError(http.StatusNotFound, "Requested entity was not found."))
	}
	return b
}

func (s *Sim) generateBatchGet(w http.ResponseWriter, r *http.Request) {
	if b := s.generateBatchOf(w, r.PathValue("batch")); b != nil {
		writeJSON(w, http.StatusOK, s.newOperation(b, s.generateState(b)))
	}
}

// generateBatchPage is how many batches a list has at most, whatever the client asks for.
const generateBatchPage = 100

// generateBatchList takes the last batch of a page for the token of the next.
func (s *Sim) generateBatchList(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("pageSize"), "0"))
	if err != nil || size < 0 {
		generateFail(w, newGenerateError(http.StatusBadRequest, "Invalid value at 'page_size'."))
		return
	}
	list, more := s.batches.page("batches/", r.URL.Query().Get("pageToken"), min(cmp.Or(size, 50), generateBatchPage))
	operations := make([]any, len(list))
	for i, b := range list {
		operations[i] = s.newOperation(b, s.generateState(b))
	}
	out := map[string]any{"operations": operations}
	if more {
		out["nextPageToken"] = list[len(list)-1].id
	}
	writeJSON(w, http.StatusOK, out)
}

// generateState is where a batch is, in the vendor's words.
func (s *Sim) generateState(b *batch) string {
	if !s.over(b) {
		return "RUNNING"
	}
	return map[end]string{endDone: "SUCCEEDED", endExpired: "EXPIRED", endCanceled: "CANCELLED"}[b.end]
}

func (s *Sim) generateBatchCancel(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("call"), ":cancel")
	if !ok {
		generateNoPage(w, r)
		return
	}
	if b := s.generateBatchOf(w, name); b != nil {
		s.cancel(b)
		writeJSON(w, http.StatusOK, struct{}{})
	}
}

// newOperation is a batch as the vendor writes it, with the results of one that succeeded: those of others are lost.
func (s *Sim) newOperation(b *batch, state string) map[string]any {
	n := b.tally()
	failed := n[itemErrored] + n[itemExpired] + n[itemCanceled]
	metadata := map[string]any{
		"@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
		"name":  b.id, "model": b.model, "displayName": b.name, "createTime": b.created.UTC(), "updateTime": b.created.UTC(),
		"state": "BATCH_STATE_" + state,
		"batchStats": map[string]string{
			"requestCount": strconv.Itoa(len(b.items)), "successfulRequestCount": strconv.Itoa(n[itemSucceeded]), "failedRequestCount": strconv.Itoa(failed),
		},
	}
	out := map[string]any{"name": b.id, "metadata": metadata}
	if state != "PENDING" && state != "RUNNING" {
		metadata["endTime"], out["done"] = b.due.UTC(), true
	}
	if state == "SUCCEEDED" {
		results := map[string]any{"inlinedResponses": map[string]any{"inlinedResponses": generateResults(b)}}
		metadata["output"], out["response"] = results, results
	}
	return out
}

// generateResults are in the order of the requests.
func generateResults(b *batch) []json.RawMessage {
	list := []json.RawMessage{}
	for i := range b.outcomes {
		o := &b.outcomes[i]
		result := map[string]any{}
		if metadata := b.items[i].id; metadata != "" {
			result["metadata"] = json.RawMessage(metadata)
		}
		switch o.kind {
		case itemMissing:
			continue
		case itemSucceeded:
			result["response"] = json.RawMessage(o.body)
			if o.malformed { // the document stays one
				result["response"] = string(o.body[:len(o.body)/2])
				delete(result, "metadata")
			}
		default:
			result["error"] = generateStatus(o)
		}
		text, _ := json.Marshal(result)
		list = append(list, text)
	}
	return list
}

// generateStatus is an error inside a batch, which has a number of gRPC's and no word.
func generateStatus(o *outcome) map[string]any {
	if o.kind == itemExpired {
		return map[string]any{"code": 4, "message": "The request expired before it was processed."}
	}
	var body generateErrorBody
	_ = json.Unmarshal(o.body, &body)
	codes := map[string]int{"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8, "UNAVAILABLE": 14, "UNAUTHENTICATED": 16}
	code, ok := codes[body.Error.Status]
	if !ok {
		code = 13
	}
	return map[string]any{"code": code, "message": body.Error.Message}
}
