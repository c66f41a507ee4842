package sim

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// generate is Google's Gemini API, as it is served to developers and, under Vertex AI's paths, to projects. It tells
// nothing of limits in headers.
type generate struct {
	generateRequest
	model, method string
	vertex        bool
	// sse: a stream comes as events and not as an array, of which begun tells that there is an element.
	sse, begun bool
	id         string
}

// What can be done with a model.
const (
	generateWhole  = "generateContent"
	generateStream = "streamGenerateContent"
	generateCount  = "countTokens"
)

func (s *Sim) generateRoutes(mux *http.ServeMux) {
	answers := s.answers(func() dialect { return new(generate) })
	counts := s.counts(func() counter { return new(generate) })
	batches := s.generateAuthorized(s.generateBatchNew)
	call := func(w http.ResponseWriter, r *http.Request) {
		switch _, method := generateTarget(r); method {
		case generateWhole, generateStream:
			answers(w, r)
		case generateCount:
			counts(w, r)
		case generateBatch: // Vertex AI has another way
			if r.PathValue("project") != "" {
				generateNoPage(w, r)
				return
			}
			batches(w, r)
		default:
			generateNoPage(w, r)
		}
	}
	for _, models := range []string{"/v1beta", "/v1/projects/{project}/locations/{location}/publishers/google", "/v1beta1/projects/{project}/locations/{location}/publishers/google"} {
		mux.HandleFunc("POST "+models+"/models/{call}", call)
	}
	mux.HandleFunc("GET /v1beta/models", s.generateModels)
	mux.HandleFunc("GET /v1beta/models/{model}", s.generateModel)
	for _, path := range []string{"/v1beta/", "/v1/projects/", "/v1beta1/"} {
		mux.HandleFunc(path, generateNoPage)
	}
}

// generateTarget takes the end of the path apart, which names the model and what is to be done with it.
func generateTarget(r *http.Request) (model, method string) {
	call := r.PathValue("call")
	i := strings.LastIndexByte(call, ':')
	if i < 0 {
		return call, ""
	}
	return call[:i], call[i+1:]
}

// generateNoPage is the vendor's page for whatever is not there, by whatever method it was asked for.
func generateNoPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL <code>%s</code> was not found on this server.\n", strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(r.URL.Path))
}

// begin reads the path, too: errors are worded by it.
func (g *generate) begin(t *turn) {
	g.id = randomID(t.rng, 22)
	g.model, g.method = generateTarget(t.r)
	g.vertex = t.r.PathValue("project") != ""
	g.sse = t.r.URL.Query().Get("alt") == "sse"
}

func (g *generate) key(r *http.Request) string { return generateKey(r) }

// generateKey is in a header of its own or in the address, or, if it is a token, in the usual header.
func generateKey(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return cmp.Or(r.Header.Get("X-Goog-Api-Key"), r.URL.Query().Get("key"), token)
}

func (g *generate) limits(http.Header, time.Time, allowance) {}

// hint writes nothing: the wait is in the body.
func (g *generate) hint(http.Header, time.Duration) {}

func (g *generate) refuse(problem error) *failure {
	switch p := problem.(type) {
	case unreadable:
		return g.invalid("Request payload size exceeds the limit: 20971520 bytes.")
	case unauthorized:
		return g.fail(p.generate(g.vertex))
	case unknownModel:
		return g.fail(p.generate(g))
	case overflow:
		if p.prompt < p.context {
			return g.invalid(fmt.Sprintf("Unable to submit request because it has a maxOutputTokens value of %d but the supported range is from 1 (inclusive) to %d (exclusive). Update the value and try again.", p.answer, p.context-p.prompt+1))
		}
		return g.invalid(fmt.Sprintf("The input token count (%d) exceeds the maximum number of tokens allowed (%d).", p.prompt, p.context))
	case limited:
		return g.fail(p.generate(g.vertex))
	case badSchema:
		if p.tool != "" {
			return g.invalid("Invalid schema of function " + p.tool + ": " + p.err.Error())
		}
		return g.invalid("Invalid schema of the response: " + p.err.Error())
	}
	return g.invalid(problem.Error())
}

func (e unauthorized) generate(vertex bool) generateError {
	const service = "generativelanguage.googleapis.com"
	switch {
	case vertex:
		return newGenerateError(http.StatusUnauthorized, "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
			generateReason("ACCESS_TOKEN_TYPE_UNSUPPORTED", "aiplatform.googleapis.com"))
	case e.key == "":
		return newGenerateError(http.StatusForbidden, "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.")
	}
	const message = "API key not valid. Please pass a valid API key."
	return newGenerateError(http.StatusBadRequest, message, generateReason("API_KEY_INVALID", service),
		generateDetail{"@type": detailType + "LocalizedMessage", "locale": "en-US", "message": message})
}

func (e unknownModel) generate(g *generate) generateError {
	if g.vertex {
		return newGenerateError(http.StatusNotFound, "Publisher Model `publishers/google/models/"+e.model+"` was not found or your project does not have access to it. Please ensure you are using a valid model version.")
	}
	return newGenerateError(http.StatusNotFound, "models/"+e.model+" is not found for API version v1beta, or is not supported for "+g.method+". Call ListModels to see the list of available models and their supported methods.")
}

// generateQuotas are the vendor's names of what is limited: the metric, and the quota of it.
var generateQuotas = map[string][2]string{
	"requests":      {"generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel"},
	"tokens":        {"generate_content_paid_tier_input_token_count", "GenerateContentPaidTierInputTokensPerModelPerMinute"},
	"input tokens":  {"generate_content_paid_tier_input_token_count", "GenerateContentPaidTierInputTokensPerModelPerMinute"},
	"output tokens": {"generate_content_paid_tier_output_token_count", "GenerateContentPaidTierOutputTokensPerModelPerMinute"},
}

func (e limited) generate(vertex bool) generateError {
	if vertex {
		return newGenerateError(http.StatusTooManyRequests, "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.")
	}
	const help = "https://ai.google.dev/gemini-api/docs/rate-limits"
	quota := generateQuotas[e.dimension]
	metric, limit := "generativelanguage.googleapis.com/"+quota[0], strconv.Itoa(e.limit)
	message := "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: " + help + ". To monitor your current usage, head to: https://ai.dev/rate-limit. \n* Quota exceeded for metric: " + metric + ", limit: " + limit + ", model: " + e.model
	details := []generateDetail{
		{"@type": detailType + "Help", "links": []map[string]string{{"description": "Learn more about Gemini API quotas", "url": help}}},
		{"@type": detailType + "QuotaFailure", "violations": []map[string]any{{
			"quotaMetric": metric, "quotaId": quota[1], "quotaDimensions": map[string]string{"location": "global", "model": e.model}, "quotaValue": limit,
		}}},
	}
	if !e.untold {
		message += "\nPlease retry in " + generateSeconds(e.wait) + "."
		details = append(details, generateRetry(e.wait))
	}
	return newGenerateError(http.StatusTooManyRequests, message, details...)
}
