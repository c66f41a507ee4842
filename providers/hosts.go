package providers

import (
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/providers/openai"
)

// Host is a vendor or server that can be opened by name.
type Host struct {
	// Name stands before the slash in the name of a model.
	Name string
	// Dialect is the API by which it is asked.
	Dialect Dialect
	// BaseURL is where it listens; ${NAME} in it is replaced by the environment variable of that name.
	BaseURL string
	// KeyVariable is the environment variable that holds the key, SecondKeyVariable another that is looked into if that is
	// empty. KeyOptional: both may be.
	KeyVariable       string
	SecondKeyVariable string
	KeyOptional       bool
	// Batches: it has OpenAI's batch API beside that dialect. The other dialects' vendors have their own.
	Batches bool
	// Quirks are its differences from OpenAI's Chat Completions.
	Quirks openai.Quirks
}

// Quirks that several hosts share.
var (
	// compatible is a server in the manner of vLLM.
	compatible = openai.Quirks{MaxTokensField: "max_tokens", TopK: true, ReasoningBack: "reasoning_content"}
	// gateway is a gateway to many vendors with typed reasoning.
	gateway = openai.Quirks{
		MaxTokensField: "max_tokens", TopK: true, CacheControl: true, FileURL: true, CacheKey: true,
		Reasoning: openai.ReasoningObject, ReasoningBack: openai.ReasoningDetails,
	}
)

// hosts is every vendor and server that is known: the three big vendors, and all others that speak OpenAI's dialect.
var hosts = []Host{
	{Name: "openai", BaseURL: openai.DefaultBaseURL, KeyVariable: "OPENAI_API_KEY", Batches: true, Quirks: openai.Quirks{CacheKey: true}},
	{Name: "anthropic", Dialect: Messages, BaseURL: anthropic.DefaultBaseURL, KeyVariable: "ANTHROPIC_API_KEY"},
	{Name: "gemini", Dialect: GenerateContent, BaseURL: gemini.DefaultBaseURL, KeyVariable: "GEMINI_API_KEY", SecondKeyVariable: "GOOGLE_API_KEY"},
	{Name: "azure", BaseURL: "${AZURE_OPENAI_ENDPOINT}", KeyVariable: "AZURE_OPENAI_API_KEY"},
	{Name: "alibaba", BaseURL: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", KeyVariable: "DASHSCOPE_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, CacheControl: true, Reasoning: openai.ReasoningSwitch}},
	{Name: "avian", BaseURL: "https://api.avian.io/v1", KeyVariable: "AVIAN_API_KEY", Quirks: compatible},
	{Name: "baseten", BaseURL: "https://inference.baseten.co/v1", KeyVariable: "BASETEN_API_KEY", Quirks: compatible},
	{Name: "cerebras", BaseURL: "https://api.cerebras.ai/v1", KeyVariable: "CEREBRAS_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_completion_tokens", ReasoningBack: "reasoning"}},
	{Name: "cloudflare", BaseURL: "https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE_ACCOUNT_ID}/ai/v1", KeyVariable: "CLOUDFLARE_API_TOKEN",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, NoStreamOptions: true}},
	{Name: "cohere", BaseURL: "https://api.cohere.ai/compatibility/v1", KeyVariable: "COHERE_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens"}},
	{Name: "deepinfra", BaseURL: "https://api.deepinfra.com/v1/openai", KeyVariable: "DEEPINFRA_API_KEY", Quirks: compatible},
	{Name: "deepseek", BaseURL: "https://api.deepseek.com", KeyVariable: "DEEPSEEK_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", NoJSONSchema: true, Reasoning: openai.ReasoningThinking,
			ReasoningBack: "reasoning_content", ReasoningAlways: true}},
	{Name: "fireworks", BaseURL: "https://api.fireworks.ai/inference/v1", KeyVariable: "FIREWORKS_API_KEY", Quirks: compatible},
	{Name: "github", BaseURL: "https://models.github.ai/inference", KeyVariable: "GITHUB_TOKEN",
		Quirks: openai.Quirks{MaxTokensField: "max_completion_tokens"}},
	{Name: "groq", BaseURL: "https://api.groq.com/openai/v1", KeyVariable: "GROQ_API_KEY", Batches: true,
		Quirks: openai.Quirks{MaxTokensField: "max_completion_tokens", ReasoningBack: "reasoning", DailyRequests: true}},
	{Name: "huggingface", BaseURL: "https://router.huggingface.co/v1", KeyVariable: "HF_TOKEN", Quirks: compatible},
	{Name: "hyperbolic", BaseURL: "https://api.hyperbolic.xyz/v1", KeyVariable: "HYPERBOLIC_API_KEY", Quirks: compatible},
	{Name: "mistral", BaseURL: "https://api.mistral.ai/v1", KeyVariable: "MISTRAL_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", SeedField: "random_seed", RequiredChoice: "any",
			NoStreamOptions: true, CacheKey: true, ReasoningBack: openai.ReasoningContent}},
	{Name: "moonshot", BaseURL: "https://api.moonshot.ai/v1", KeyVariable: "MOONSHOT_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", Reasoning: openai.ReasoningThinking, ReasoningBack: "reasoning_content"}},
	{Name: "nebius", BaseURL: "https://api.tokenfactory.nebius.com/v1", KeyVariable: "NEBIUS_API_KEY", Quirks: compatible},
	{Name: "novita", BaseURL: "https://api.novita.ai/openai/v1", KeyVariable: "NOVITA_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, Reasoning: openai.ReasoningSwitch, ReasoningBack: "reasoning_content"}},
	{Name: "nvidia", BaseURL: "https://integrate.api.nvidia.com/v1", KeyVariable: "NVIDIA_API_KEY", Quirks: compatible},
	{Name: "openrouter", BaseURL: "https://openrouter.ai/api/v1", KeyVariable: "OPENROUTER_API_KEY", Quirks: gateway},
	{Name: "perplexity", BaseURL: "https://api.perplexity.ai", KeyVariable: "PERPLEXITY_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, NoStreamOptions: true}},
	{Name: "sambanova", BaseURL: "https://api.sambanova.ai/v1", KeyVariable: "SAMBANOVA_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, ReasoningBack: "reasoning"}},
	{Name: "together", BaseURL: "https://api.together.ai/v1", KeyVariable: "TOGETHER_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, ReasoningBack: "reasoning"}},
	{Name: "vercel", BaseURL: "https://ai-gateway.vercel.sh/v1", KeyVariable: "AI_GATEWAY_API_KEY", Quirks: gateway},
	{Name: "xai", BaseURL: "https://api.x.ai/v1", KeyVariable: "XAI_API_KEY", Quirks: openai.Quirks{ReasoningBack: "reasoning_content"}},
	{Name: "zai", BaseURL: "https://api.z.ai/api/paas/v4", KeyVariable: "ZAI_API_KEY",
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", NoStreamOptions: true, Reasoning: openai.ReasoningThinking, ReasoningBack: "reasoning_content"}},

	{Name: "llamacpp", BaseURL: "http://localhost:8080/v1", KeyVariable: "LLAMA_API_KEY", KeyOptional: true, Quirks: compatible},
	{Name: "lmstudio", BaseURL: "http://localhost:1234/v1", KeyVariable: "LM_API_TOKEN", KeyOptional: true, Quirks: compatible},
	{Name: "ollama", BaseURL: "http://localhost:11434/v1", KeyVariable: "OLLAMA_API_KEY", KeyOptional: true,
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", ReasoningBack: "reasoning"}},
	{Name: "sglang", BaseURL: "http://localhost:30000/v1", KeyVariable: "SGLANG_API_KEY", KeyOptional: true, Quirks: compatible},
	{Name: "vllm", BaseURL: "http://localhost:8000/v1", KeyVariable: "VLLM_API_KEY", KeyOptional: true,
		Quirks: openai.Quirks{MaxTokensField: "max_tokens", TopK: true, ReasoningBack: "reasoning"}},
}
