package schemagen

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// format pairs a writer of texts with the test they and others must pass.
type format struct {
	write   func(*rand.Rand) string
	accepts func(string) bool
}

// formats lists the formats that are honoured; all others are annotations.
var formats = map[string]format{
	"date":                  {writeDate, isDate},
	"time":                  {func(rng *rand.Rand) string { return writeTime(rng) + "Z" }, isTime},
	"date-time":             {writeDateTime, isDateTime},
	"duration":              {writeDuration, isDuration},
	"email":                 {writeEmail, isEmail},
	"idn-email":             {writeEmail, isEmail},
	"hostname":              {writeHostname, isHostname},
	"idn-hostname":          {writeHostname, isHostname},
	"ipv4":                  {writeIPv4, isIPv4},
	"ipv6":                  {writeIPv6, isIPv6},
	"uri":                   {writeURI, isURI},
	"iri":                   {writeURI, isURI},
	"url":                   {writeURI, isURI},
	"uri-reference":         {writePath, isURIReference},
	"iri-reference":         {writePath, isURIReference},
	"uri-template":          {func(rng *rand.Rand) string { return writePath(rng) + "/{id}" }, isURITemplate},
	"uuid":                  {writeUUID, isUUID},
	"json-pointer":          {writePath, isJSONPointer},
	"relative-json-pointer": {func(rng *rand.Rand) string { return fmt.Sprintf("%d", rng.IntN(3)) + writePath(rng) }, isRelativeJSONPointer},
	"regex":                 {func(rng *rand.Rand) string { return "^" + pick(rng, words) + "[0-9]*$" }, isRegex},
	"byte":                  {writeBase64, isBase64},
}

// formatAccepts lets every text pass for a format that is not in the list.
func formatAccepts(name, text string) bool {
	f, known := formats[name]
	return !known || f.accepts(text)
}

// writeDate stays below day 29, which every month has.
func writeDate(rng *rand.Rand) string {
	return fmt.Sprintf("%04d-%02d-%02d", 2020+rng.IntN(10), 1+rng.IntN(12), 1+rng.IntN(28))
}

func writeTime(rng *rand.Rand) string {
	return fmt.Sprintf("%02d:%02d:00", rng.IntN(24), rng.IntN(12)*5)
}

func writeDateTime(rng *rand.Rand) string {
	return writeDate(rng) + "T" + writeTime(rng) + "Z"
}

func writeDuration(rng *rand.Rand) string {
	return pick(rng, []string{"PT15M", "PT45M", "PT2H", "P1D", "P3D", "P2W", "P1DT6H"})
}

func writeEmail(rng *rand.Rand) string {
	people := []string{"ana.silva", "ben.carter", "chloe.martin", "david.kim", "elena.rossi"}
	return pick(rng, people) + "@" + pick(rng, []string{"example.com", "example.org", "example.net"})
}

func writeHostname(rng *rand.Rand) string {
	return pick(rng, words) + ".example.com"
}

// writeIPv4 and writeIPv6 stay inside the ranges set aside for examples.
func writeIPv4(rng *rand.Rand) string {
	return fmt.Sprintf("192.0.2.%d", 1+rng.IntN(254))
}

func writeIPv6(rng *rand.Rand) string {
	return fmt.Sprintf("2001:db8::%x", 1+rng.IntN(0xffff))
}

func writeURI(rng *rand.Rand) string {
	return "https://example.com" + writePath(rng)
}

func writePath(rng *rand.Rand) string {
	steps := make([]string, 1+rng.IntN(2))
	for i := range steps {
		steps[i] = pick(rng, words)
	}
	return "/" + strings.Join(steps, "/")
}

// writeUUID marks the number as version 4, the only one made of chance alone.
func writeUUID(rng *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-%x%03x-%012x", rng.Uint32(), rng.IntN(1<<16),
		rng.IntN(1<<12), 8+rng.IntN(4), rng.IntN(1<<12), rng.Int64N(1<<48))
}

func writeBase64(rng *rand.Rand) string {
	return base64.StdEncoding.EncodeToString([]byte(pick(rng, words)))
}
