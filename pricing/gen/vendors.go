package main

// vendor says where each source keeps the models of one vendor. An empty field: nowhere.
type vendor struct {
	name string
	// litellm lists values of litellm_provider; prefix stands before the names of its entries and is not part of them.
	litellm []string
	prefix  string
	// modelsDev, genai and portkey are the vendor's identifiers there.
	modelsDev, genai string
	portkey          []string
	// firstParty: conflicts of its limits must be settled by hand.
	firstParty bool
	// units are the vendor's names for what is billed by use.
	units map[string]string
	// gateway: it resells the models of others under their names.
	gateway bool
}

var vendors = []vendor{
	{name: "openai", litellm: []string{"openai"}, modelsDev: "openai", genai: "openai", portkey: []string{"openai"}, firstParty: true, units: map[string]string{webSearch: "web_search_call", fileSearch: "file_search_call"}},
	{name: "anthropic", litellm: []string{"anthropic"}, modelsDev: "anthropic", genai: "anthropic", portkey: []string{"anthropic"}, firstParty: true, units: map[string]string{webSearch: "web_search_requests"}},
	{name: "gemini", litellm: []string{"gemini"}, prefix: "gemini/", modelsDev: "google", genai: "google", portkey: []string{"google"}, firstParty: true},
	{name: "vertex", litellm: []string{
		"vertex_ai", "vertex_ai-anthropic_models", "vertex_ai-language-models", "vertex_ai-mistral_models", "vertex_ai-llama_models",
		"vertex_ai-qwen_models", "vertex_ai-deepseek_models", "vertex_ai-openai_models", "vertex_ai-zai_models", "vertex_ai-minimax_models",
		"vertex_ai-moonshot_models",
	}, prefix: "vertex_ai/", modelsDev: "google-vertex", genai: "google", portkey: []string{"vertex-ai"}},
	{name: "bedrock", litellm: []string{"bedrock", "bedrock_converse"}, modelsDev: "amazon-bedrock", genai: "aws", portkey: []string{"bedrock"}},
	{name: "azure", litellm: []string{"azure"}, prefix: "azure/", modelsDev: "azure", genai: "azure", portkey: []string{"azure-openai", "azure-ai"}},
	{name: "alibaba", litellm: []string{"dashscope"}, prefix: "dashscope/", modelsDev: "alibaba", portkey: []string{"dashscope"}},
	{name: "avian", genai: "avian"},
	{name: "baseten", litellm: []string{"baseten"}, prefix: "baseten/", modelsDev: "baseten"},
	{name: "cerebras", litellm: []string{"cerebras"}, prefix: "cerebras/", modelsDev: "cerebras", genai: "cerebras", portkey: []string{"cerebras"}},
	{name: "cloudflare", litellm: []string{"cloudflare"}, prefix: "cloudflare/", modelsDev: "cloudflare-workers-ai", portkey: []string{"workers-ai"}},
	{name: "cohere", litellm: []string{"cohere_chat"}, modelsDev: "cohere", genai: "cohere", portkey: []string{"cohere"}},
	{name: "deepinfra", litellm: []string{"deepinfra"}, prefix: "deepinfra/", modelsDev: "deepinfra", portkey: []string{"deepinfra"}},
	{name: "deepseek", litellm: []string{"deepseek"}, prefix: "deepseek/", modelsDev: "deepseek", genai: "deepseek", portkey: []string{"deepseek"}},
	{name: "fireworks", litellm: []string{"fireworks_ai"}, prefix: "fireworks_ai/", modelsDev: "fireworks-ai", genai: "fireworks", portkey: []string{"fireworks-ai"}},
	{name: "github", modelsDev: "github-models", portkey: []string{"github"}},
	{name: "groq", litellm: []string{"groq"}, prefix: "groq/", modelsDev: "groq", genai: "groq", portkey: []string{"groq"}},
	{name: "huggingface", modelsDev: "huggingface"},
	{name: "hyperbolic", litellm: []string{"hyperbolic"}, prefix: "hyperbolic/"},
	{name: "lmstudio", modelsDev: "lmstudio"},
	{name: "mistral", litellm: []string{"mistral"}, prefix: "mistral/", modelsDev: "mistral", genai: "mistral", portkey: []string{"mistral-ai"}},
	{name: "moonshot", litellm: []string{"moonshot"}, prefix: "moonshot/", modelsDev: "moonshotai", genai: "moonshotai", portkey: []string{"moonshot"}},
	{name: "nebius", litellm: []string{"nebius"}, prefix: "nebius/", modelsDev: "nebius", portkey: []string{"nebius"}},
	{name: "novita", litellm: []string{"novita"}, prefix: "novita/", modelsDev: "novita-ai", genai: "novita", portkey: []string{"novita-ai"}},
	{name: "nvidia", modelsDev: "nvidia"},
	{name: "ollama", litellm: []string{"ollama"}, prefix: "ollama/"},
	{name: "openrouter", gateway: true, litellm: []string{"openrouter"}, prefix: "openrouter/", modelsDev: "openrouter"},
	{name: "perplexity", litellm: []string{"perplexity"}, prefix: "perplexity/", modelsDev: "perplexity", genai: "perplexity", portkey: []string{"perplexity-ai"}},
	{name: "sambanova", litellm: []string{"sambanova"}, prefix: "sambanova/", portkey: []string{"sambanova"}},
	{name: "together", litellm: []string{"together_ai"}, prefix: "together_ai/", modelsDev: "togetherai", genai: "together", portkey: []string{"together-ai"}},
	{name: "vercel", gateway: true, litellm: []string{"vercel_ai_gateway"}, prefix: "vercel_ai_gateway/", modelsDev: "vercel"},
	{name: "xai", litellm: []string{"xai"}, prefix: "xai/", modelsDev: "xai", genai: "x-ai", portkey: []string{"x-ai"}},
	{name: "zai", litellm: []string{"zai"}, prefix: "zai/", modelsDev: "zai", genai: "zai", portkey: []string{"z-ai"}},
}
