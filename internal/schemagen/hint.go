package schemagen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
)

// textHints maps the last telling word of a property's name to what such a
// property usually holds.
var textHints = map[string][]string{
	"name":        {"Ana Silva", "Ben Carter", "Chloe Martin", "David Kim", "Elena Rossi", "Farid Hassan"},
	"author":      {"Ana Silva", "Ben Carter", "Chloe Martin", "David Kim"},
	"user":        {"asilva", "bcarter", "cmartin", "dkim"},
	"username":    {"asilva", "bcarter", "cmartin", "dkim"},
	"first":       {"Ana", "Ben", "Chloe", "David"},
	"last":        {"Silva", "Carter", "Martin", "Kim"},
	"city":        {"Lisbon", "Oslo", "Kyoto", "Toronto", "Nairobi", "Lima"},
	"location":    {"Lisbon, Portugal", "Oslo, Norway", "Kyoto, Japan", "Toronto, Canada"},
	"place":       {"Lisbon", "Oslo", "Kyoto", "Toronto"},
	"country":     {"Portugal", "Norway", "Japan", "Canada", "Kenya", "Peru"},
	"state":       {"Oregon", "Bavaria", "Ontario", "Kansas"},
	"street":      {"12 Harbor Street", "7 Maple Avenue", "31 Station Road"},
	"address":     {"12 Harbor Street, Lisbon", "7 Maple Avenue, Toronto", "31 Station Road, Oslo"},
	"company":     {"Northwind Traders", "Harbor Labs", "Maple Analytics"},
	"title":       {"A Walk Along the River", "Notes on the Harbor", "The Quiet Orchard"},
	"subject":     {"Meeting on Thursday", "Your order has shipped", "Notes from the review"},
	"description": sentences,
	"summary":     sentences,
	"text":        sentences,
	"content":     sentences,
	"message":     sentences,
	"body":        sentences,
	"reason":      sentences,
	"reasoning":   sentences,
	"explanation": sentences,
	"comment":     sentences,
	"note":        sentences,
	"answer":      sentences,
	"output":      sentences,
	"question":    {"What time does it open?", "How far is the station?", "Who wrote the report?"},
	"query":       {"weather in Lisbon", "train times to Oslo", "open museums nearby"},
	"color":       {"blue", "green", "orange", "purple"},
	"language":    {"English", "Portuguese", "Japanese", "Norwegian"},
	"currency":    {"EUR", "USD", "JPY", "CAD"},
	"unit":        {"kilogram", "liter", "meter"},
	"timezone":    {"Europe/Lisbon", "Asia/Tokyo", "America/Toronto"},
	"status":      {"open", "pending", "done"},
	"category":    {"travel", "finance", "health", "science"},
	"tag":         {"travel", "finance", "health", "science", "music", "history"},
	"step":        {"Collect the figures", "Compare the two drafts", "Write down the result"},
	"path":        {"docs/readme.md", "src/main.go", "notes/plan.txt"},
	"filename":    {"readme.md", "report.pdf", "plan.txt"},
}

// textShapes maps name words to a format or a number that reads like one.
var textShapes = map[string]func(*rand.Rand) string{
	"email": formats["email"].write,
	"mail":  formats["email"].write,
	"date":  formats["date"].write,
	"time":  formats["date-time"].write,
	"url":   formats["uri"].write,
	"uri":   formats["uri"].write,
	"link":  formats["uri"].write,
	"uuid":  formats["uuid"].write,
	"host":  formats["hostname"].write,
	"id":    func(rng *rand.Rand) string { return fmt.Sprintf("%s-%04d", pick(rng, words), rng.IntN(10000)) },
	"phone": func(rng *rand.Rand) string { return fmt.Sprintf("+1-555-%04d", 100+rng.IntN(100)) },
	"zip":   func(rng *rand.Rand) string { return fmt.Sprintf("%05d", 10000+rng.IntN(89999)) },
	"code":  func(rng *rand.Rand) string { return fmt.Sprintf("%c%03d", 'A'+rune(rng.IntN(26)), rng.IntN(1000)) },
}

// numberHints gives the range in which a number of that name is plausible.
var numberHints = map[string][2]int64{
	"year":        {1990, 2030},
	"month":       {1, 12},
	"day":         {1, 28},
	"hour":        {0, 23},
	"minute":      {0, 59},
	"second":      {0, 59},
	"age":         {18, 80},
	"count":       {1, 12},
	"quantity":    {1, 12},
	"rating":      {1, 5},
	"rank":        {1, 10},
	"price":       {5, 500},
	"amount":      {5, 500},
	"total":       {5, 500},
	"latitude":    {-60, 60},
	"lat":         {-60, 60},
	"longitude":   {-180, 180},
	"lon":         {-180, 180},
	"lng":         {-180, 180},
	"percent":     {0, 100},
	"confidence":  {0, 1},
	"probability": {0, 1},
	"score":       {0, 1},
	"temperature": {-5, 35},
	"port":        {1024, 9999},
}

// natural is what a property of that name would hold if nothing but its name
// were known.
func natural(rng *rand.Rand, name string) string {
	for _, word := range hintWords(name) {
		if write, ok := textShapes[word]; ok {
			return write(rng)
		}
		if list, ok := textHints[word]; ok {
			return pick(rng, list)
		}
	}
	if rng.IntN(2) == 0 {
		return pick(rng, words)
	}
	return pick(rng, words) + " " + pick(rng, words)
}

func numberHint(name string) (low, high int64, ok bool) {
	for _, word := range hintWords(name) {
		if bounds, found := numberHints[word]; found {
			return bounds[0], bounds[1], true
		}
	}
	return 0, 0, false
}

// hintWords splits a name into lower-case words, the last first, because that
// one carries the meaning: billing_address, startDate. Only "name" says less
// than what stands before it: city_name, firstName.
func hintWords(name string) []string {
	var found []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		found = append(found, camelWords(part)...)
	}
	var ordered []string
	for i := len(found) - 1; i >= 0; i-- {
		if found[i] != "name" {
			ordered = append(ordered, found[i], strings.TrimSuffix(found[i], "s"))
		}
	}
	return append(ordered, found[max(0, len(found)-1):]...)
}

func camelWords(part string) []string {
	var found []string
	start := 0
	runes := []rune(part)
	for i := 1; i < len(runes); i++ {
		if unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i-1]) {
			found = append(found, strings.ToLower(string(runes[start:i])))
			start = i
		}
	}
	return append(found, strings.ToLower(string(runes[start:])))
}
