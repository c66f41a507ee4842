package langchain

import (
	"reflect"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// backend is what a package of langchaingo v0.1.14 passes on to its provider, and how it wants to be spoken to. The table
// was read from its source; a package that is not in it is believed to pass on everything.
type backend struct {
	name string

	// promptOnly: of the whole conversation only the first text of the first message is sent.
	promptOnly bool
	// oneText: a message may have one text. onePart: only the first part of an assistant's or tool message is sent.
	// oneSystem: only one system message is.
	oneText, onePart, oneSystem bool
	images                      imageForm
	// anyData: files and sound go as bytes, like images.
	anyData bool
	// cacheMarks: texts and images of the user may carry one.
	cacheMarks bool
	// decodes: the arguments of tool calls go through a map, where numbers are floats.
	decodes bool

	tools, toolChoice bool
	options           options
	// zeroTemperature: unset is sent as 0.
	zeroTemperature bool

	// givesReason: every whole answer has a finish reason. losesCalls: in a stream, tool calls are lost, or come as text and are
	// joined wrongly where their pieces interleave.
	givesReason, losesCalls bool
}

// imageForm is how a package takes images.
type imageForm uint8

const (
	noImages imageForm = iota
	// imageData: bytes. imageURL: an address, which may be a data URL. imageBoth: either.
	imageData
	imageURL
	imageBoth
)

// options are parameters that a package passes on.
type options uint16

const (
	sendsModel options = 1 << iota
	sendsMaxTokens
	sendsTemperature
	sendsTopP
	sendsTopK
	sendsSeed
	sendsFrequencyPenalty
	sendsPresencePenalty
	sendsStop
	sendsJSONMode
	sendsThinking

	sendsSampling = sendsTemperature | sendsTopP | sendsTopK | sendsSeed
	sendsAll      = ^options(0)
)

const packages = "github.com/tmc/langchaingo/llms/"

var backends = map[string]*backend{
	"openai": {
		name: "openai", images: imageURL, tools: true, toolChoice: true, zeroTemperature: true, givesReason: true, losesCalls: true,
		options: sendsModel | sendsMaxTokens | sendsTemperature | sendsSeed | sendsFrequencyPenalty | sendsPresencePenalty | sendsStop | sendsJSONMode,
	},
	"anthropic": {
		name: "anthropic", onePart: true, oneSystem: true, images: imageData, cacheMarks: true, decodes: true, tools: true,
		zeroTemperature: true, givesReason: true, options: sendsModel | sendsMaxTokens | sendsTemperature | sendsTopP | sendsStop | sendsThinking,
	},
	"ollama": {
		name: "ollama", oneText: true, images: imageData, zeroTemperature: true,
		options: sendsModel | sendsMaxTokens | sendsSampling | sendsFrequencyPenalty | sendsPresencePenalty | sendsStop | sendsJSONMode | sendsThinking,
	},
	"googleai":        google,
	"googleai/vertex": google,
	"bedrock": {
		name: "bedrock", images: imageData, tools: true, toolChoice: true, oneSystem: true, decodes: true, losesCalls: true,
		options: sendsModel | sendsMaxTokens | sendsTemperature | sendsTopP | sendsTopK | sendsStop,
	},
	"mistral":    {name: "mistral", tools: true, options: sendsModel | sendsMaxTokens | sendsTemperature | sendsSeed},
	"cloudflare": {name: "cloudflare", oneText: true},
	"maritaca":   {name: "maritaca", oneText: true, options: sendsModel | sendsMaxTokens | sendsTemperature | sendsTopP | sendsStop | sendsJSONMode},
	"llamafile": {
		name: "llamafile", oneText: true, images: imageData,
		options: sendsModel | sendsMaxTokens | sendsSampling | sendsFrequencyPenalty | sendsPresencePenalty | sendsStop,
	},
	"cohere":        {name: "cohere", promptOnly: true},
	"local":         {name: "local", promptOnly: true, options: sendsSampling},
	"huggingface":   {name: "huggingface", promptOnly: true, options: sendsSampling},
	"ernie":         {name: "ernie", promptOnly: true, options: sendsModel | sendsTemperature | sendsTopP},
	"watsonx":       {name: "watsonx", promptOnly: true, options: sendsMaxTokens | sendsSampling | sendsStop},
	"googleai/palm": {name: "palm", promptOnly: true, options: sendsMaxTokens | sendsTemperature | sendsStop},
}

var google = &backend{
	name: "googleai", oneSystem: true, images: imageBoth, anyData: true, decodes: true, tools: true, givesReason: true,
	options: sendsModel | sendsMaxTokens | sendsTemperature | sendsTopP | sendsTopK | sendsStop | sendsJSONMode,
}

var unknown = &backend{name: "langchain", images: imageBoth, anyData: true, tools: true, toolChoice: true, options: sendsAll}

// backendOf goes by the package that the model's type is declared in, so that no package has to be imported.
func backendOf(m llms.Model) *backend {
	t := reflect.TypeOf(m)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return unknown
	}
	if name, ok := strings.CutPrefix(t.PkgPath(), packages); ok && backends[name] != nil {
		return backends[name]
	}
	return unknown
}

// within takes off what the model can do and the package can't ask for.
func (b *backend) within(can request.Capabilities) request.Capabilities {
	can.Tools, can.ParallelTools = can.Tools && b.tools, can.ParallelTools && b.tools
	can.Vision = can.Vision && b.images != noImages
	can.PDF, can.Audio = can.PDF && b.anyData, can.Audio && b.anyData
	return can
}
