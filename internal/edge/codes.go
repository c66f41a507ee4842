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

	// What OpenAI's Responses say of the images of a request, once the answer has begun.
	"invalid_image":                request.ClassInvalid,
	"invalid_image_format":         request.ClassInvalid,
	"invalid_base64_image":         request.ClassInvalid,
	"invalid_image_url":            request.ClassInvalid,
	"image_too_large":              request.ClassInvalid,
	"image_too_small":              request.ClassInvalid,
	"image_parse_error":            request.ClassInvalid,
	"invalid_image_mode":           request.ClassInvalid,
	"image_file_too_large":         request.ClassInvalid,
	"unsupported_image_media_type": request.ClassInvalid,
	"empty_image_file":             request.ClassInvalid,
	"image_file_not_found":         request.ClassInvalid,
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
	"image_content_policy_violation":    {request.ClassContentPolicy, ""},
	"invalid_prompt":                    {request.ClassContentPolicy, ""},
	"data_inspection_failed":            {request.ClassContentPolicy, ""},
	"invalid_api_key":                   {request.ClassAuth, ""},
	"model_not_found":                   {request.ClassNotFound, ""},
	"DeploymentNotFound":                {request.ClassNotFound, ""},

	// Items of a batch that were not answered.
	"batch_expired":   {request.ClassTimeout, request.ReasonExpired},
	"batch_cancelled": {request.ClassCanceled, ""},
	"request_timeout": {request.ClassTimeout, ""},
	// A batch that was not taken, because too much waits already.
	"token_limit_exceeded": {request.ClassRateLimit, ""},

	// Moonshot.
	"exceeded_current_quota_error": {request.ClassQuota, ""},
	"engine_overloaded_error":      {request.ClassOverloaded, ""},

	// Alibaba.
	"Arrearage": {request.ClassQuota, ""},

	// Z.ai.
	"1113": {request.ClassQuota, ""},
	"1261": {request.ClassContextLength, ""},
	"1304": {request.ClassQuota, request.ReasonDaily},
	"1308": {request.ClassQuota, ""},
	"1310": {request.ClassQuota, ""},

	// Cloudflare.
	"3036": {request.ClassQuota, request.ReasonDaily},
	"3040": {request.ClassOverloaded, ""},
	"5007": {request.ClassNotFound, ""},

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
	"CANCELLED":           {request.ClassTransient, ""}, // by the server; the caller's own end shows elsewhere
	// Its finish reason for a tool loop sent back without a signature that it had given.
	"MISSING_THOUGHT_SIGNATURE": {request.ClassInvalid, ""},

	// Bedrock.
	"ThrottlingException":    {request.ClassRateLimit, ""},
	"ModelNotReadyException": {request.ClassOverloaded, ""},
	"AccessDeniedException":  {request.ClassPermission, ""},
}
