package sim

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

type (
	// generateErrorBody is an error as the vendor writes it.
	generateErrorBody struct {
		Error generateError `json:"error"`
	}
	generateError struct {
		Code    int              `json:"code"`
		Message string           `json:"message"`
		Status  string           `json:"status"`
		Details []generateDetail `json:"details,omitempty"`
	}
	// generateDetail is one of several types, which its field @type names.
	generateDetail map[string]any
)

const detailType = "type.googleapis.com/google.rpc."

// generateStatuses are the vendor's names of its codes, and its usual words.
var generateStatuses = map[int][2]string{
	http.StatusBadRequest:          {"INVALID_ARGUMENT", "Request contains an invalid argument."},
	http.StatusUnauthorized:        {"UNAUTHENTICATED", "Request had invalid authentication credentials."},
	http.StatusForbidden:           {"PERMISSION_DENIED", "The caller does not have permission"},
	http.StatusNotFound:            {"NOT_FOUND", "Requested entity was not found."},
	http.StatusConflict:            {"ABORTED", "The operation was aborted."},
	http.StatusTooManyRequests:     {"RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."},
	499:                            {"CANCELLED", "The operation was cancelled."},
	http.StatusInternalServerError: {"INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"},
	http.StatusNotImplemented:      {"UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled."},
	http.StatusServiceUnavailable:  {"UNAVAILABLE", "The model is overloaded. Please try again later."},
	http.StatusGatewayTimeout:      {"DEADLINE_EXCEEDED", "Deadline expired before operation could complete."},
}

func newGenerateError(code int, message string, details ...generateDetail) generateError {
	return generateError{code, message, cmp.Or(generateStatuses[code][0], "UNKNOWN"), details}
}

// fail puts an error into an array where the answer would be one.
func (g *generate) fail(e generateError) *failure {
	if g.method == generateStream && !g.sse {
		return &failure{e.Code, []generateErrorBody{{e}}}
	}
	return &failure{e.Code, generateErrorBody{e}}
}

func (g *generate) invalid(message string, details ...generateDetail) *failure {
	return g.fail(newGenerateError(http.StatusBadRequest, message, details...))
}

func (g *generate) usual(status int, wait time.Duration) *failure {
	status = cmp.Or(status, http.StatusInternalServerError)
	e := newGenerateError(status, cmp.Or(generateStatuses[status][1], "Unknown Error."))
	if wait > 0 {
		e.Details = append(e.Details, generateRetry(wait))
	}
	return g.fail(e)
}

func generateReason(reason, service string) generateDetail {
	return generateDetail{"@type": detailType + "ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": map[string]string{"service": service}}
}

func generateRetry(wait time.Duration) generateDetail {
	return generateDetail{"@type": detailType + "RetryInfo", "retryDelay": generateSeconds(wait)}
}

// generateSeconds writes a wait as the vendor does: seconds with a fraction.
func generateSeconds(d time.Duration) string {
	return strconv.FormatFloat(wholeMilliseconds(d).Seconds(), 'f', -1, 64) + "s"
}
