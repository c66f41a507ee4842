package request

// Class says what kind of failure an error is, which decides what to do about it. Classes are the same for all providers.
type Class string

// The classes.
const (
	// ClassUnknown is a failure that nobody classified.
	ClassUnknown Class = "unknown"
	// ClassRateLimit: too many requests or tokens for now; the same request succeeds after a wait.
	ClassRateLimit Class = "rate_limit"
	// ClassOverloaded: the provider has no capacity for now, whatever the caller's own limits.
	ClassOverloaded Class = "overloaded"
	// ClassQuota: money or a long-term allowance is used up; waiting seconds does not help.
	ClassQuota Class = "quota"
	// ClassAuth: the key is missing, wrong or revoked.
	ClassAuth Class = "auth"
	// ClassPermission: the key is valid but may not do this.
	ClassPermission Class = "permission"
	// ClassNotFound: no such model, deployment or address.
	ClassNotFound Class = "not_found"
	// ClassInvalid: the request is wrong and stays wrong.
	ClassInvalid Class = "invalid"
	// ClassContextLength: the prompt does not fit the model's context.
	ClassContextLength Class = "context_length"
	// ClassContentPolicy: the provider or the model declined the content.
	ClassContentPolicy Class = "content_policy"
	// ClassTransient: a failure of the network or the server that a retry may cure.
	ClassTransient Class = "transient"
	// ClassTimeout: no answer in time; whether the provider did the work is open.
	ClassTimeout Class = "timeout"
	// ClassTruncated: the answer broke off before its end.
	ClassTruncated Class = "truncated"
	// ClassCanceled: the caller ended the call.
	ClassCanceled Class = "canceled"
	// ClassBudget: sending would have gone over a budget.
	ClassBudget Class = "budget"
)

// Sentinels for errors.Is, one for each class.
var (
	ErrRateLimit     error = sentinel(ClassRateLimit)
	ErrOverloaded    error = sentinel(ClassOverloaded)
	ErrQuota         error = sentinel(ClassQuota)
	ErrAuth          error = sentinel(ClassAuth)
	ErrPermission    error = sentinel(ClassPermission)
	ErrNotFound      error = sentinel(ClassNotFound)
	ErrInvalid       error = sentinel(ClassInvalid)
	ErrContextLength error = sentinel(ClassContextLength)
	ErrContentPolicy error = sentinel(ClassContentPolicy)
	ErrTransient     error = sentinel(ClassTransient)
	ErrTimeout       error = sentinel(ClassTimeout)
	ErrTruncated     error = sentinel(ClassTruncated)
	ErrCanceled      error = sentinel(ClassCanceled)
	ErrBudget        error = sentinel(ClassBudget)
)

// sentinel is an error that equals every other of its class, so that it can be compared without holding a pointer.
type sentinel Class

func (s sentinel) Error() string { return "llmgate: " + string(s) }
