package request

// IsRateLimited reports whether an error, whoever made it, is of ClassRateLimit: see [Classify]. The functions below do the
// same for the other classes.
func IsRateLimited(err error) bool { return Classify(err) == ClassRateLimit }

// IsOverloaded reports that the provider has no capacity for now.
func IsOverloaded(err error) bool { return Classify(err) == ClassOverloaded }

// IsQuota reports that money or a long-term allowance is used up.
func IsQuota(err error) bool { return Classify(err) == ClassQuota }

// IsAuth reports that the key is missing, wrong or revoked.
func IsAuth(err error) bool { return Classify(err) == ClassAuth }

// IsPermission reports that the key may not do this.
func IsPermission(err error) bool { return Classify(err) == ClassPermission }

// IsNotFound reports that there is no such model, deployment or address.
func IsNotFound(err error) bool { return Classify(err) == ClassNotFound }

// IsInvalid reports that the request is wrong and stays wrong.
func IsInvalid(err error) bool { return Classify(err) == ClassInvalid }

// IsContextLength reports that the prompt does not fit the model's context.
func IsContextLength(err error) bool { return Classify(err) == ClassContextLength }

// IsContentPolicy reports that the provider or the model declined the content.
func IsContentPolicy(err error) bool { return Classify(err) == ClassContentPolicy }

// IsTransient reports a failure of the network or the server. Rate limits, overload, timeouts and answers that broke off have
// classes of their own.
func IsTransient(err error) bool { return Classify(err) == ClassTransient }

// IsTimeout reports that no answer came in time.
func IsTimeout(err error) bool { return Classify(err) == ClassTimeout }

// IsTruncated reports that the answer broke off before its end.
func IsTruncated(err error) bool { return Classify(err) == ClassTruncated }

// IsCanceled reports that the caller ended the call.
func IsCanceled(err error) bool { return Classify(err) == ClassCanceled }

// IsBudget reports that sending would have gone over a budget.
func IsBudget(err error) bool { return Classify(err) == ClassBudget }
