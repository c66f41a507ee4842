package limits

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// size is what a probe asks for, in tokens: the length of its prompt, and the bound on its answer.
type size struct{ prompt, answer int }

func (s size) tokens() float64 { return float64(s.prompt + s.answer) }

// probe is one request that was sent and answered. Times count from the start of the search. The provider decided about it
// somewhere between sent and done; nothing is concluded from more than that.
type probe struct {
	size
	sent, done time.Duration
	admitted   bool
	// read and written are tokens as the provider counted them; of a refused probe there are none.
	read, written int
	// retryAfter is how long a refusal asked to wait; 0 if it did not say.
	retryAfter time.Duration
}

// word is a token for most tokenizers, and a quarter of its characters for those who reckon without one: both agree.
const word = "cat "

const (
	askBrief = "Reply with OK. "
	askLong  = "Count upwards from one, in words, and do not stop. "
)

// smallest is the shortest prompt there is.
const smallest = 6

// request writes a probe. It begins with a number of its own, so that no prompt cache knows it.
func (s size) request(serial int, long bool) request.Request {
	text := fmt.Sprintf("%03x ", serial%0x1000)
	if long {
		text += askLong
	} else {
		text += askBrief
	}
	if missing := s.prompt - (len(text)+len(word)-1)/len(word); missing > 0 {
		text += strings.Repeat(word, missing)
	}
	text = strings.TrimSpace(text)
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}, MaxTokens: max(1, s.answer)}
}

// reckoned is what the prompt counts for those who take a quarter of its characters.
func reckoned(req *request.Request) int { return (len(req.Messages[0].Content) + 3) / 4 }
