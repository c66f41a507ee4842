package request

// Capabilities says what a model can do. Known false means that nobody has described the model: the other fields then
// mean nothing and no request is refused on their account.
type Capabilities struct {
	Known bool
	// ContextTokens bounds prompt and answer together, MaxOutputTokens the answer; 0 is unknown.
	ContextTokens   int
	MaxOutputTokens int

	Streaming     bool
	Tools         bool
	ParallelTools bool
	// JSONMode is "some JSON object", JSONSchema an answer held to a schema.
	JSONMode   bool
	JSONSchema bool
	Vision     bool
	PDF        bool
	// Audio is sound as input.
	Audio         bool
	Reasoning     bool
	PromptCaching bool
	// Sampling: the model takes temperature and top_p.
	Sampling bool
}
