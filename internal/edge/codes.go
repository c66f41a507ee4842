package edge

import "github.com/seed63918563/llmgate/request"

// kinds stand in for a status where there is none: in an error inside a stream. Beside a status they say nothing new.
var kinds = map[string]request.Class{
	"rate_limit_exceeded":   request.ClassRateLimit,
	"rate_limit_error":      request.ClassRateLimit,
	"requests":              request.ClassRateLimit,
	"tokens":                request.ClassRateLimit,
	"service_unavailable":   request.ClassOverloaded,
	"server_error":          request.ClassTransient,
	"invalid_request_error": request.ClassInvalid,
	"authentication_error":  request.ClassAuth,
	"permission_error":      request.ClassPermission,
	"not_found_error":       request.ClassNotFound,
	"timeout":               request.ClassTimeout,
	"INTERNAL":              request.ClassTransient,
	"api_error":             request.ClassTransient,
	"RESOURCE_EXHAUSTED":    request.ClassRateLimit,
	"UNAVAILABLE":           request.ClassOverloaded,
	"INVALID_ARGUMENT":      request.ClassInvalid,
	"UNAUTHENTICATED":       request.ClassAuth,
	"PERMISSION_DENIED":     request.ClassPermission,
	"NOT_FOUND":             request.ClassNotFound,
}

// codes are the error codes and types whose meaning does not depend on the status.
var codes = map[string]struct {
	class  request.Class
	reason request.Reason
}{
	"insufficient_quota":                {request.ClassQuota, ""},
	"credit_balance_exhausted":          {request.ClassQuota, ""},
	"organization_spend_limit_exceeded": {request.ClassQuota, ""},
	"organization_usage_limit_exceeded": {request.ClassQuota, ""},
	"billing_hard_limit_reached":        {request.ClassQuota, ""},
	"billing_not_active":                {request.ClassQuota, ""},
	"project_spend_limit_exceeded":      {request.ClassQuota, request.ReasonProject},
	"slow_down":                         {request.ClassOverloaded, request.ReasonRamp},
	"capacity_exceeded":                 {request.ClassOverloaded, ""},
	"context_length_exceeded":           {request.ClassContextLength, ""},
	"exceed_context_size_error":         {request.ClassContextLength, ""},
	"content_policy_violation":          {request.ClassContentPolicy, ""},
	"content_filter":                    {request.ClassContentPolicy, ""},
	"invalid_prompt":                    {request.ClassContentPolicy, ""},
	"data_inspection_failed":            {request.ClassContentPolicy, ""},
	"invalid_api_key":                   {request.ClassAuth, ""},
	"model_not_found":                   {request.ClassNotFound, ""},
	"DeploymentNotFound":                {request.ClassNotFound, ""},

	// DeepSeek's finish reason.
	"insufficient_system_resource": {request.ClassOverloaded, ""},

	// Anthropic.
	"enforced_spend_limit_reached": {request.ClassQuota, ""},
	"billing_error":                {request.ClassQuota, ""},
	"conflict_error":               {request.ClassInvalid, request.ReasonConflict},
	"request_too_large":            {request.ClassInvalid, request.ReasonTooLarge},
	"timeout_error":                {request.ClassTimeout, ""},
	"overloaded_error":             {request.ClassOverloaded, ""},

	// Gemini.
	"API_KEY_INVALID":     {request.ClassAuth, ""},
	"quota_exceeded":      {request.ClassQuota, request.ReasonDaily},
	"FAILED_PRECONDITION": {request.ClassPermission, ""},
	"DEADLINE_EXCEEDED":   {request.ClassTimeout, ""},

	// Bedrock.
	"ThrottlingException":    {request.ClassRateLimit, ""},
	"ModelNotReadyException": {request.ClassOverloaded, ""},
	"AccessDeniedException":  {request.ClassPermission, ""},
}
