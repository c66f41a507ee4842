package edge

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// details reads what Gemini lists and Anthropic states beside an error.
func (e *Failure) details(r *jsontext.Reader) {
	if r.Kind() != jsontext.Array {
		e.detailFields(r)
		return
	}
	r.Array()
	for r.More() {
		e.detailFields(r)
	}
}

func (e *Failure) detailFields(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "reason", "error_code":
			e.detail = string(r.Scalar())
		case "retryDelay":
			e.wait = delay(string(r.Scalar()))
		case "violations":
			e.violations(r)
		default:
			r.Skip()
		}
	}
}

// violations reads the names of the quotas that were exceeded.
func (e *Failure) violations(r *jsontext.Reader) {
	if !r.Array() {
		return
	}
	for r.More() {
		for key := range r.Fields() {
			if string(key) != "quotaId" || len(e.quotas) == maxQuotas {
				r.Skip()
				continue
			}
			e.quotas = append(e.quotas, r.String())
		}
	}
}

// maxQuotas bounds what a hostile list can take.
const maxQuotas = 64

// delay reads a wait such as "34.4s"; what is no wait is none.
func delay(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return min(max(0, d), math.MaxInt64)
}

// metadata reads what OpenRouter says beside the error.
func (e *Failure) metadata(r *jsontext.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "flagged_input", "reasons":
			e.moderated = true
			r.Skip()
		case "limit_source":
			e.limitSource = string(r.Scalar())
		case "raw":
			e.say(r.Scalar())
		default:
			r.Skip()
		}
	}
}

// inner reads Azure's innererror, whose code says more.
func (e *Failure) inner(r *jsontext.Reader) {
	for key := range r.Fields() {
		if string(key) == "code" && string(r.Scalar()) == "ResponsibleAIPolicyViolation" {
			e.moderated = true
			continue
		}
		if string(key) != "code" {
			r.Skip()
		}
	}
}
