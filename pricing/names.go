package pricing

import "strings"

// isGateway: it passes requests on to models of others, whose names begin with the maker's.
func isGateway(vendor string) bool { return vendor == "openrouter" || vendor == "vercel" }

// canonical gives the name that a vendor has in the table, whatever it is called elsewhere.
func canonical(vendor string) string {
	switch vendor {
	case "google", "googleai", "google-ai-studio":
		return "gemini"
	case "google-vertex", "vertexai", "vertex_ai":
		return "vertex"
	case "amazon", "aws", "amazon-bedrock":
		return "bedrock"
	case "x-ai":
		return "xai"
	case "z-ai", "zhipuai":
		return "zai"
	case "mistralai":
		return "mistral"
	case "moonshotai":
		return "moonshot"
	case "together_ai", "togetherai":
		return "together"
	case "fireworks-ai", "fireworks_ai":
		return "fireworks"
	}
	return vendor
}

// fold makes names equal that differ in case, and in the marks that people put for one another.
func fold(name string) string {
	plain := true
	for i := range len(name) {
		plain = plain && foldByte(name[i]) == name[i]
	}
	if plain {
		return name
	}
	var folded strings.Builder
	folded.Grow(len(name))
	for i := range len(name) {
		folded.WriteByte(foldByte(name[i]))
	}
	return folded.String()
}

func foldByte(c byte) byte {
	switch {
	case c == '.' || c == '@':
		return '-'
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	}
	return c
}

// cutPath takes off the path of a resource, and the vendor before a slash.
func cutPath(vendor, name string) string {
	switch {
	case strings.HasPrefix(name, "arn:"), strings.HasPrefix(name, "models/"), strings.HasPrefix(name, "publishers/"),
		strings.HasPrefix(name, "projects/"):
		return name[strings.LastIndexByte(name, '/')+1:]
	}
	maker, rest, ok := strings.Cut(name, "/")
	if !ok {
		return name
	}
	maker = canonical(maker)
	if maker == vendor || vendor == "vertex" && (maker == "gemini" || maker == "anthropic") {
		return rest
	}
	return name
}

// regions stand before Bedrock's names, after folding.
var regions = [...]string{"us-gov-", "us-", "eu-", "apac-", "au-", "ca-", "jp-", "global-"}

func cutRegion(vendor, name string) string {
	if vendor != "bedrock" && vendor != "anthropic" {
		return name
	}
	for _, region := range regions {
		if rest, ok := strings.CutPrefix(name, region); ok {
			return rest
		}
	}
	return name
}

// cutMaker turns the names that resellers have for their models into the maker's: Bedrock's for Anthropic's, and the mark
// that Vertex puts on a version without a date.
func cutMaker(vendor, name string) string {
	switch vendor {
	case "vertex":
		return strings.TrimSuffix(name, "-default")
	case "anthropic":
		if rest, ok := strings.CutPrefix(name, "anthropic-"); ok {
			return cutRevision(rest)
		}
	}
	return name
}

// cutRevision takes off Bedrock's -v1:0 or -v1.
func cutRevision(name string) string {
	i := strings.LastIndex(name, "-v")
	if i < 0 {
		return name
	}
	major, minor, _ := strings.Cut(name[i+2:], ":")
	if major == "" || !digits(major) || !digits(minor) {
		return name
	}
	return name[:i]
}

// cutTuning leaves ft:BASE of OpenAI's ft:BASE:organisation:suffix:id, which has an entry of its own.
func cutTuning(vendor, name string) string {
	base, ok := strings.CutPrefix(name, "ft:")
	if vendor != "openai" || !ok {
		return name
	}
	base, _, _ = strings.Cut(base, ":")
	return name[:len("ft:")+len(base)]
}

// Undated takes the date of a version off a name: -20250929 or -2025-08-07. Other numbers are part of the name.
func Undated(name string) string {
	if n := len(name) - len("-20060102"); n > 0 && name[n] == '-' && isDate(name[n+1:n+5], name[n+5:n+7], name[n+7:]) {
		return name[:n]
	}
	n := len(name) - len("-2006-01-02")
	if n > 0 && name[n] == '-' && name[n+5] == '-' && name[n+8] == '-' && isDate(name[n+1:n+5], name[n+6:n+8], name[n+9:]) {
		return name[:n]
	}
	return name
}

func isDate(year, month, day string) bool {
	return digits(year) && digits(month) && digits(day) && year[:2] == "20" &&
		"01" <= month && month <= "12" && "01" <= day && day <= "31"
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
