package llmgate

import (
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// The vocabulary; see package request.
type (
	Client       = request.Client
	Middleware   = request.Middleware
	Capabilities = request.Capabilities

	Request        = request.Request
	Message        = request.Message
	Role           = request.Role
	Effort         = request.Effort
	Tool           = request.Tool
	ToolChoice     = request.ToolChoice
	ResponseFormat = request.ResponseFormat

	Part            = request.Part
	TextPart        = request.TextPart
	ImagePart       = request.ImagePart
	FilePart        = request.FilePart
	AudioPart       = request.AudioPart
	ToolCall        = request.ToolCall
	ToolResult      = request.ToolResult
	ReasoningPart   = request.ReasoningPart
	CacheBreakpoint = request.CacheBreakpoint

	Response      = request.Response
	Chunk         = request.Chunk
	ToolCallDelta = request.ToolCallDelta
	FinishReason  = request.FinishReason
	Warning       = request.Warning
	Attempt       = request.Attempt
	Usage         = request.Usage
	TokenCount    = request.TokenCount
	Money         = request.Money
	Limits        = request.Limits
	Limit         = request.Limit

	ToolMode   = request.ToolMode
	FormatType = request.FormatType

	// Jobs for a Gate's Run, and what becomes of them; see package dispatcher.
	Job        = dispatcher.Job
	Result     = dispatcher.Result
	RunOptions = dispatcher.RunOptions
	Outcome    = dispatcher.Outcome
	Handle     = dispatcher.Handle
	Stats      = dispatcher.Stats
	Condition  = dispatcher.Condition
	Hooks      = dispatcher.Hooks

	// What a Config is filled in with. Ceilings are limits of one's own, where Limits are those that a provider states.
	Ceilings    = lane.Limits
	CacheConfig = cache.Config
	Policy      = policy.Policy

	Error  = request.Error
	Class  = request.Class
	Reason = request.Reason
	Fault  = request.Fault
	Faults = request.Faults
)

// Orders of a Run's results.
const (
	CompletionOrder = dispatcher.Completion
	InputOrder      = dispatcher.Input
)

// Roles.
const (
	RoleSystem    = request.RoleSystem
	RoleUser      = request.RoleUser
	RoleAssistant = request.RoleAssistant
	RoleTool      = request.RoleTool
)

// Tool modes, answer formats and levels of reasoning.
const (
	ToolAuto     = request.ToolAuto
	ToolNone     = request.ToolNone
	ToolRequired = request.ToolRequired
	ToolNamed    = request.ToolNamed

	FormatText       = request.FormatText
	FormatJSON       = request.FormatJSON
	FormatJSONSchema = request.FormatJSONSchema

	EffortNone    = request.EffortNone
	EffortMinimal = request.EffortMinimal
	EffortLow     = request.EffortLow
	EffortMedium  = request.EffortMedium
	EffortHigh    = request.EffortHigh
	EffortXHigh   = request.EffortXHigh
)

// Finish reasons.
const (
	FinishStop          = request.FinishStop
	FinishLength        = request.FinishLength
	FinishToolCalls     = request.FinishToolCalls
	FinishContentPolicy = request.FinishContentPolicy
	FinishError         = request.FinishError
	FinishOther         = request.FinishOther
)

// Units of money.
const (
	Dollar = request.Dollar
	Cent   = request.Cent
)

// Classes of errors.
const (
	ClassUnknown       = request.ClassUnknown
	ClassRateLimit     = request.ClassRateLimit
	ClassOverloaded    = request.ClassOverloaded
	ClassQuota         = request.ClassQuota
	ClassAuth          = request.ClassAuth
	ClassPermission    = request.ClassPermission
	ClassNotFound      = request.ClassNotFound
	ClassInvalid       = request.ClassInvalid
	ClassContextLength = request.ClassContextLength
	ClassContentPolicy = request.ClassContentPolicy
	ClassTransient     = request.ClassTransient
	ClassTimeout       = request.ClassTimeout
	ClassTruncated     = request.ClassTruncated
	ClassCanceled      = request.ClassCanceled
	ClassBudget        = request.ClassBudget
)

// Reasons, which refine classes.
const (
	ReasonTooLarge   = request.ReasonTooLarge
	ReasonAboveLimit = request.ReasonAboveLimit
	ReasonConflict   = request.ReasonConflict
	ReasonInFlight   = request.ReasonInFlight
	ReasonRamp       = request.ReasonRamp
	ReasonDaily      = request.ReasonDaily
	ReasonProject    = request.ReasonProject
	ReasonKey        = request.ReasonKey
	ReasonPlan       = request.ReasonPlan
	ReasonStalled    = request.ReasonStalled
	ReasonExpired    = request.ReasonExpired
)

// Sentinels for errors.Is, one for each class of error.
var (
	ErrRateLimit     = request.ErrRateLimit
	ErrOverloaded    = request.ErrOverloaded
	ErrQuota         = request.ErrQuota
	ErrAuth          = request.ErrAuth
	ErrPermission    = request.ErrPermission
	ErrNotFound      = request.ErrNotFound
	ErrInvalid       = request.ErrInvalid
	ErrContextLength = request.ErrContextLength
	ErrContentPolicy = request.ErrContentPolicy
	ErrTransient     = request.ErrTransient
	ErrTimeout       = request.ErrTimeout
	ErrTruncated     = request.ErrTruncated
	ErrCanceled      = request.ErrCanceled
	ErrBudget        = request.ErrBudget
)
