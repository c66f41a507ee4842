package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// Lists begin with the latest batch, and a client comes to all of them page by page.
func TestBatchLists(t *testing.T) {
	inMemory(t, sim.Config{}, func(c *caller) {
		var want []string
		for i := range 5 {
			b := chatBatch{}
			c.read(c.do(http.MethodPost, "batches", `{"input_file_id":"`+c.upload(questions(1))+`","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"night":"`+fmt.Sprint(i)+`"}}`), &b)
			want = append([]string{fmt.Sprint(b.ID, i)}, want...)
		}
		var got []string
		for query, pages := "?limit=2", 0; query != ""; pages++ {
			var page struct {
				Data []struct {
					ID       string
					Metadata struct{ Night string }
				}
				Last string `json:"last_id"`
				More bool   `json:"has_more"`
			}
			c.read(c.do(http.MethodGet, "batches"+query, ""), &page)
			for _, b := range page.Data {
				got = append(got, b.ID+b.Metadata.Night)
			}
			if query = ""; page.More {
				query = "?limit=2&after=" + page.Last
			}
			if len(page.Data) > 2 || pages > 2 {
				c.t.Fatalf("page %d: %+v", pages, page)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			c.t.Errorf("listed %v, want %v", got, want)
		}
		if r := c.do(http.MethodGet, "batches?limit=101", ""); r.status != http.StatusBadRequest {
			c.t.Errorf("a page too large: %d", r.status)
		}
	})
}
