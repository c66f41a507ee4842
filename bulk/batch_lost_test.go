package bulk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// A gateway that gives up after it has passed a batch on does not cost its answers.
func TestViaBatchWithoutAnAnswerToItsSubmission(t *testing.T) {
	inDepot(t, sim.Batches{Delay: time.Minute}, func(d *depot) {
		d.finds = true
		wire := d.transport
		d.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := wire.RoundTrip(r)
			if err == nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/batches") {
				resp.StatusCode = http.StatusBadGateway
			}
			return resp, err
		})
		if sum := d.run(d.Context(), three); sum.Answered != 3 || len(d.submitted) != 1 || sum.Spent != d.bill || sum.Presumed != 0 {
			d.Errorf("%v submitted: %+v", d.submitted, sum.Snapshot)
		}
	})
}

// As long as nobody can say whether there is a batch, its items are not sent again; where nobody ever can, they are unknown.
func TestViaBatchThatNobodyCanFind(t *testing.T) {
	for status, goesOn := range map[int]bool{http.StatusServiceUnavailable: false, http.StatusForbidden: true} {
		inDepot(t, sim.Batches{Delay: time.Minute}, func(d *depot) {
			d.finds = true
			books, wire := d.books, d.transport
			m := &mortal{Store: books, diskOnly: true}
			m.left.Store(1 << 30)
			d.books = m
			d.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/batches") {
					m.left.Store(0) // so that the ID is not written down
				}
				return wire.RoundTrip(r)
			})
			if _, err := d.try(d.Context(), three); err == nil || len(d.submitted) != 1 {
				d.Fatalf("error %v, %v submitted", err, d.submitted)
			}
			d.books = books
			d.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				resp, err := wire.RoundTrip(r)
				if err == nil && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/batches") {
					resp.StatusCode = status
				}
				return resp, err
			})
			sum, err := d.try(d.Context(), three)
			if goesOn && (err != nil || sum.Answered != 3 || len(sum.Unknown) != 3) || !goesOn && (err == nil || len(d.submitted) != 1) {
				d.Errorf("%d: %v: %+v", status, err, sum)
			}
			d.transport = wire
			if sum = d.run(d.Context(), three); sum.Answered+sum.EarlierAnswered != 3 || !goesOn && (len(sum.Unknown) != 0 || len(d.submitted) != 1 || sum.Spent != d.bill) {
				d.Errorf("%d, then: %v submitted, %+v", status, d.submitted, sum)
			}
		})
	}
}
