package edge

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// tooLong are the ways in which servers without a code say that a prompt does not fit.
var tooLong = []string{
	"maximum context length", "context length is", "context window", "prompt is too long", "input is too long",
	"reduce the length of the messages", "maximum prompt length", "exceeds the available context size",
	"exceed context limit",
}

// tooMany are the ways in which Gemini goes on after "the input token count".
var tooMany = []string{"exceeds the maximum", "model only supports up to"}

// spent are the ways in which Anthropic says, with a status of 400, that there is no money left.
var spent = []string{"specified api usage limits", "credit balance is too low"}

// perDay are the ways in which a rate limit says that it lasts a day; the second is GitHub's name for it.
var perDay = []string{"per day", "ByModelByDay"}

// perMonth is how Cohere says, in a 429, that a trial is used up.
const perMonth = "calls / month"

// byWords goes by the message, which is trusted only under a status that it fits.
func (e *Failure) byWords(status int) (request.Class, request.Reason, bool) {
	message := strings.ToLower(e.Message)
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		switch {
		case containsAny(message, tooLong), strings.Contains(message, "token count") && containsAny(message, tooMany):
			return request.ClassContextLength, "", true
		case containsAny(message, spent):
			return request.ClassQuota, "", true
		}
	case http.StatusTooManyRequests:
		switch {
		case strings.Contains(message, "request too large") && exceedsLimit(message):
			return request.ClassInvalid, request.ReasonAboveLimit, true
		case strings.Contains(message, "high demand"):
			return request.ClassOverloaded, "", true
		case strings.Contains(message, perMonth):
			return request.ClassQuota, "", true
		}
	}
	return "", "", false
}

func containsAny(message string, list []string) bool {
	return slices.ContainsFunc(list, func(words string) bool { return strings.Contains(message, words) })
}

// zeroLimit is Gemini's way to say, in a 429, that the plan does not include the model.
var zeroLimit = regexp.MustCompile(`limit: 0([^.\d]|\.\D|\.?$)`)

// exceedsLimit reads "Limit X, Requested Y": a request above the whole limit never fits.
func exceedsLimit(message string) bool {
	limit, ok := numberAfter(message, "limit ")
	requested, also := numberAfter(message, "requested ")
	return ok && also && requested > limit
}

func numberAfter(message, word string) (int, bool) {
	_, rest, found := strings.Cut(message, word)
	if !found {
		return 0, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	n, err := strconv.Atoi(rest[:end])
	return n, err == nil
}
