package dispatcher_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestMap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lengths := dispatcher.Mapping[string, int]{
			Ask: func(text string) (request.Request, error) {
				switch text {
				case "":
					return request.Request{}, errors.New("empty")
				case "throw":
					panic("ask")
				}
				return question(text), nil
			},
			Read: func(text string, r *request.Response) (int, error) {
				if text == "unreadable" {
					panic("read")
				}
				return len(r.Content), nil
			},
		}
		items := slices.Values([]string{"one", "", "three", "throw", "unreadable", "six"})
		var got []string
		for m := range dispatcher.Map(t.Context(), over(t, script()), items, lengths, dispatcher.RunOptions{Order: dispatcher.Input}) {
			got = append(got, fmt.Sprint(m.Index, m.Item, m.Value, m.Response != nil, m.Err))
		}
		want := []string{
			"0one3true<nil>", "1 0falseempty", "2three5true<nil>", "3throw0falseunknown: panic: ask", "4unreadable0trueunknown: panic: read", "5six3true<nil>",
		}
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], " ", "")
			got[i] = strings.ReplaceAll(got[i], " ", "")
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// joining combines texts by having the model repeat them.
func joining() dispatcher.Mapping[[]string, string] {
	return dispatcher.Mapping[[]string, string]{
		Ask: func(texts []string) (request.Request, error) {
			return question("(" + strings.Join(texts, "") + ")"), nil
		},
		Read: func(_ []string, r *request.Response) (string, error) { return r.Content, nil },
	}
}

func TestReduceCombinesNeighboursInOrder(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "ab": "(ab)", "abc": "(abc)", "abcd": "((abc)d)", "abcdefg": "((abc)(def)g)", "abcdefghijk": "(((abc)(def)(ghi))(jk))",
	} {
		synctest.Test(t, func(t *testing.T) {
			client := uneven()
			got, err := dispatcher.Reduce(t.Context(), over(t, client), strings.Split(text, ""), 3, joining(), dispatcher.RunOptions{})
			if err != nil || got != want || len(client.Calls()) != strings.Count(want, "(") {
				t.Errorf("%s: %q, %v in %d calls; want %q", text, got, err, len(client.Calls()), want)
			}
		})
	}
}

func TestReduceStopsAtAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		letters := strings.Split("abcdefgh", "")
		d := over(t, script(fake.Reply{Echo: true, Times: 2}, fails(request.ClassInvalid), fake.Reply{Echo: true}))
		if _, err := dispatcher.Reduce(t.Context(), d, letters, 2, joining(), dispatcher.RunOptions{InFlight: 1}); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("got %v", err)
		}
		d.Abort()
		if _, err := dispatcher.Reduce(t.Context(), d, letters, 2, joining(), dispatcher.RunOptions{}); !errors.Is(err, dispatcher.ErrStopped) {
			t.Errorf("after Abort: %v", err)
		}
		for _, values := range [][]string{nil, letters} {
			if _, err := dispatcher.Reduce(t.Context(), d, values, 1, joining(), dispatcher.RunOptions{}); err == nil {
				t.Errorf("%d values in groups of one: no error", len(values))
			}
		}
	})
}
