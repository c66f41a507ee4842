package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// chatBatch is the object of OpenAI's that tells of a batch.
type chatBatch struct {
	ID     string
	Status string
	Output string                                 `json:"output_file_id"`
	Error  string                                 `json:"error_file_id"`
	Counts struct{ Total, Completed, Failed int } `json:"request_counts"`
	Errors struct {
		Data []struct {
			Code string
			Line int
		}
	}
}

// batchLine is a line of an input file.
func batchLine(id, body string) string {
	return `{"custom_id":"` + id + `","method":"POST","url":"/v1/chat/completions","body":` + body + "}\n"
}

// questions are the lines of so many.
func questions(n int) string {
	var lines strings.Builder
	for i := range n {
		lines.WriteString(batchLine(fmt.Sprint("q", i), ask(fmt.Sprint("Question ", i))))
	}
	return lines.String()
}

// upload gives the ID of a file.
func (c *caller) upload(text string) string {
	c.t.Helper()
	c.header = http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}
	defer func() { c.header = nil }()
	body := "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" + text + "\r\n--b--\r\n"
	var file struct{ ID string }
	c.read(c.do(http.MethodPost, "files", body), &file)
	return file.ID
}

func (c *caller) read(r *result, into any) {
	c.t.Helper()
	if r.err != nil || r.status != http.StatusOK || json.Unmarshal(r.body, into) != nil {
		c.t.Fatalf("status %d, error %v: %s", r.status, r.err, r.body)
	}
}

// batch submits lines and gives what is told of the batch after a while.
func (c *caller) batch(text string, after time.Duration) (b chatBatch) {
	c.t.Helper()
	c.read(c.do(http.MethodPost, "batches", `{"input_file_id":"`+c.upload(text)+`","endpoint":"/v1/chat/completions","completion_window":"24h"}`), &b)
	if b.Status != "validating" || b.Output != "" {
		c.t.Errorf("a new batch: %+v", b)
	}
	time.Sleep(after)
	return c.poll(b.ID)
}

func (c *caller) poll(id string) (b chatBatch) {
	c.t.Helper()
	c.read(c.do(http.MethodGet, "batches/"+id, ""), &b)
	return b
}

// lines are those of a file, none if it has no ID.
func (c *caller) lines(id string) []string {
	c.t.Helper()
	if id == "" {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(c.do(http.MethodGet, "files/"+id+"/content", "").body)), "\n")
}

func TestBatchProgress(t *testing.T) {
	inMemory(t, sim.Config{Batches: sim.Batches{Delay: time.Hour}}, func(c *caller) {
		b := c.batch(questions(20), 59*time.Minute)
		if b.Status != "in_progress" || b.Output != "" || c.sim.Stats().Answered != 0 {
			c.t.Errorf("before its end: %+v", b)
		}
		time.Sleep(time.Minute)
		if b = c.poll(b.ID); b.Status != "completed" || b.Counts.Completed != 20 || b.Error != "" {
			c.t.Errorf("at its end: %+v", b)
		}
		first := c.lines(b.Output)
		if again := c.lines(b.Output); len(first) != 20 || strings.Join(again, "\n") != strings.Join(first, "\n") {
			c.t.Errorf("%d lines, and %d when read again", len(first), len(again))
		}
		if st := c.sim.Stats(); st.Answered != 20 || st.Requests != 20 || st.InFlight != 0 {
			c.t.Errorf("stats %+v", st)
		}
	})
}

// A batch that takes longer than its window ends with what it got to.
func TestBatchWindow(t *testing.T) {
	inMemory(t, sim.Config{Batches: sim.Batches{Delay: 4 * time.Hour, Window: time.Hour}}, func(c *caller) {
		b := c.batch(questions(20), time.Hour)
		if b.Status != "expired" || b.Counts.Completed != 5 || b.Counts.Failed != 15 || len(c.lines(b.Output)) != 5 {
			c.t.Errorf("%+v", b)
		}
		if bad := c.lines(b.Error); len(bad) != 15 || !strings.Contains(bad[0], `"batch_expired"`) {
			c.t.Errorf("errors %v", bad)
		}
	})
}

func TestBatchCanceled(t *testing.T) {
	inMemory(t, sim.Config{Batches: sim.Batches{Delay: time.Hour}}, func(c *caller) {
		b := c.batch(questions(20), 15*time.Minute)
		if r := c.do(http.MethodPost, "batches/"+b.ID+"/cancel", ""); r.status != http.StatusOK {
			c.t.Fatalf("%d: %s", r.status, r.body)
		}
		if b = c.poll(b.ID); b.Status != "cancelled" || b.Counts.Completed != 5 || !strings.Contains(c.lines(b.Error)[0], `"batch_cancelled"`) {
			c.t.Errorf("%+v", b)
		}
		if r := c.do(http.MethodPost, "batches/"+b.ID+"/cancel", ""); r.status != http.StatusConflict {
			c.t.Errorf("canceled twice: %d", r.status)
		}
	})
}

// Items fare by chance, the same with the same seed; each is answered, failed, expired or missing.
func TestBatchItemFaults(t *testing.T) {
	cfg := sim.Config{Seed: 5, Batches: sim.Batches{Expired: 0.2, Errored: 0.2, Missing: 0.2, Malformed: 0.2}}
	var seen []string
	for range 2 {
		inMemory(t, cfg, func(c *caller) {
			b := c.batch(questions(200), 0)
			out, bad := c.lines(b.Output), c.lines(b.Error)
			malformed, expired, errored := 0, 0, 0
			for _, text := range out {
				if !json.Valid([]byte(text)) {
					malformed++
				}
			}
			for _, text := range bad {
				if strings.Contains(text, "batch_expired") {
					expired++
				} else if strings.Contains(text, `"status_code":500`) {
					errored++
				}
			}
			missing := 200 - len(out) - len(bad)
			for _, n := range []int{malformed, expired, errored, missing, len(out) - malformed} {
				if n < 20 || n > 60 {
					c.t.Errorf("%d good, %d malformed, %d expired, %d errored, %d missing", len(out)-malformed, malformed, expired, errored, missing)
				}
			}
			if st := c.sim.Stats(); int(st.Answered) != len(out) {
				c.t.Errorf("%d answered, %d in the file", st.Answered, len(out))
			}
			seen = append(seen, fmt.Sprint(malformed, expired, errored, missing))
		})
	}
	if seen[0] != seen[1] {
		t.Errorf("another time: %v", seen)
	}
}

// An item that is refused fails by itself, a file that is wrong as a whole.
func TestBatchRefused(t *testing.T) {
	inMemory(t, sim.Config{Models: []string{"demo"}, Batches: sim.Batches{Delay: time.Hour}}, func(c *caller) {
		b := c.batch(batchLine("a", ask("Hello"))+batchLine("b", `{"model":"demo","messages":[]}`), time.Hour)
		if b.Status != "completed" || b.Counts.Completed != 1 || !strings.Contains(c.lines(b.Error)[0], `"status_code":400`) {
			c.t.Errorf("%+v, errors %v", b, c.lines(b.Error))
		}
		good := batchLine("a", ask("Hello"))
		for text, code := range map[string]string{
			good + "{":  "invalid_json_line",
			good + good: "duplicate_custom_id",
			good + batchLine("b", `{"model":"other","messages":[]}`):                                     "mismatched_model",
			good + `{"custom_id":"b"}`:                                                                   "missing_required_parameter",
			good + strings.Replace(batchLine("b", ask("x")), "/v1/chat/completions", "/v1/responses", 1): "invalid_url",
		} {
			b := c.batch(text, 0)
			if b.Status != "failed" || len(b.Errors.Data) != 1 || b.Errors.Data[0].Code != code || b.Errors.Data[0].Line != 2 || b.Output != "" {
				c.t.Errorf("%s: %+v", code, b)
			}
		}
	})
}

func TestBatchAsksForTheKey(t *testing.T) {
	bothWays(t, sim.Config{APIKeys: []string{"right"}}, func(c *caller) {
		for _, path := range []string{"batches/b", "files/f", "files/f/content", "/v1/messages/batches/b", "/v1/messages/batches/b/results", "/v1beta/batches/b"} {
			for key, good := range map[string]bool{"right": true, "wrong": false, "": false} {
				c.key = key
				r := c.do(http.MethodGet, path, "")
				if unknown := r.status == http.StatusNotFound; unknown != good || r.status == http.StatusOK {
					c.t.Errorf("%s with key %q: %d", path, key, r.status)
				}
			}
		}
	})
}

// The oldest are forgotten first.
func TestBatchesAreBounded(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		first := c.upload("x")
		for range 4096 {
			c.upload("x")
		}
		if r := c.do(http.MethodGet, "files/"+first, ""); r.status != http.StatusNotFound {
			c.t.Errorf("the oldest of too many: %d", r.status)
		}
		if r := c.do(http.MethodGet, "files/"+c.upload("x"), ""); r.status != http.StatusOK {
			c.t.Errorf("the latest: %d", r.status)
		}
	})
}

func TestBatchesFaults(t *testing.T) {
	_, err := sim.New(sim.Config{Batches: sim.Batches{Delay: -1, Expired: 2, Missing: -0.5}})
	want := "simulator: batches: delay and window must not be negative; 0 is the default\nbatches: probability 2 is not between 0 and 1\nbatches: probability -0.5 is not between 0 and 1\nbatches: the probabilities add up to 1.5; at most 1 is possible"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
