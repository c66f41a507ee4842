package sim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxUpload is the vendor's bound on a file of a batch, with what stands around it in the upload.
const maxUpload = 200_000_000 + 1<<16

func (s *Sim) chatUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	f := &batchFile{id: "file-" + randomID(s.rngFor([]byte("file")), 22), created: time.Now().Unix()}
	if err := f.receive(r); err != nil {
		if errors.As(err, new(*http.MaxBytesError)) {
			chatFail(w, chatError(http.StatusRequestEntityTooLarge, "invalid_request_error", "file", "", "The file is too large."))
			return
		}
		chatFail(w, invalid("file", "", "The upload can't be read: "+err.Error()))
		return
	}
	if f.purpose != "batch" || f.text == nil {
		chatFail(w, invalid("purpose", "invalid_value", "The simulator takes files with purpose 'batch' alone."))
		return
	}
	s.batches.addFile(f)
	writeJSON(w, http.StatusOK, f.object())
}

// receive reads the parts of an upload.
func (f *batchFile) receive(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		switch part.FormName() {
		case "purpose":
			f.purpose = string(text)
		case "file":
			f.name, f.text = part.FileName(), text
		}
	}
}

func (f *batchFile) object() map[string]any {
	return map[string]any{
		"id": f.id, "object": "file", "bytes": len(f.text), "created_at": f.created, "filename": f.name, "purpose": f.purpose, "status": "processed",
	}
}

func (s *Sim) chatFileOf(w http.ResponseWriter, r *http.Request) *batchFile {
	f := s.batches.file(r.PathValue("id"))
	if f == nil {
		chatFail(w, chatError(http.StatusNotFound, "invalid_request_error", "id", "", "No such File object: "+r.PathValue("id")))
	}
	return f
}

func (s *Sim) chatFile(w http.ResponseWriter, r *http.Request) {
	if f := s.chatFileOf(w, r); f != nil {
		writeJSON(w, http.StatusOK, f.object())
	}
}

// chatContent writes a file: what was uploaded, or the results of a batch that is over.
func (s *Sim) chatContent(w http.ResponseWriter, r *http.Request) {
	f := s.chatFileOf(w, r)
	switch {
	case f == nil:
	case f.of == nil:
		_, _ = w.Write(f.text)
	case s.over(f.of):
		writeLines(w, f.of, func(item *batchItem, o *outcome) []byte {
			if (o.kind == itemSucceeded) == f.failed {
				return nil
			}
			return chatLine(f.of, item, o)
		})
	default:
		chatFail(w, chatError(http.StatusNotFound, "invalid_request_error", "id", "", "No such File object: "+f.id))
	}
}

// chatLine is a line of the results. What was not answered has an error in place of a response.
func chatLine(b *batch, item *batchItem, o *outcome) []byte {
	line := map[string]any{"id": "batch_req_" + b.id[len("batch_"):], "custom_id": item.id, "response": nil, "error": nil}
	switch o.kind {
	case itemMissing:
		return nil
	case itemExpired:
		line["error"] = map[string]string{"code": "batch_expired", "message": "This request could not be executed before the completion window expired."}
	case itemCanceled:
		line["error"] = map[string]string{"code": "batch_cancelled", "message": "This request was not executed because the batch was cancelled."}
	default:
		line["response"] = map[string]any{"status_code": o.status, "request_id": o.requestID, "body": json.RawMessage(o.body)}
	}
	text, _ := json.Marshal(line)
	return text
}
