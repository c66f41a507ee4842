package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"

	"github.com/seed63918563/llmgate/pricing"
)

// sources are the lists that the table is made from.
type sources struct {
	litellm   litellmList
	modelsDev modelsDevList
	genai     genaiList
	// portkey has a folder with two files for each vendor.
	portkey fs.FS
	list    []pricing.Source
}

// dated is the day in a source's name, such as litellm_2026-08-01.json.
var dated = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// readSources finds the sources in a folder by the beginnings of their names.
func readSources(dir fs.FS) (s sources, err error) {
	var faults [4]error
	s.litellm, faults[0] = readSource(dir, &s, pricing.Source{Letter: litellm, Name: "LiteLLM"}, "litellm_*.json", readLiteLLM)
	s.modelsDev, faults[1] = readSource(dir, &s, pricing.Source{Letter: modelsDev, Name: "models.dev"}, "models.dev_*.json", readModelsDev)
	s.genai, faults[2] = readSource(dir, &s, pricing.Source{Letter: genai, Name: "genai-prices"}, "genai-prices*_*.json", readGenai)
	folder, err := s.find(dir, pricing.Source{Letter: portkey, Name: "Portkey"}, "portkey_*")
	if err == nil {
		s.portkey, err = fs.Sub(dir, folder)
	}
	faults[3] = err
	return s, errors.Join(faults[:]...)
}

// copied gives the day of each source's copy.
func (s *sources) copied() map[byte]pricing.Day {
	days := map[byte]pricing.Day{}
	for _, source := range s.list {
		days[source.Letter], _ = parseDay(source.Date) // the expression for dates found it
	}
	return days
}

func readSource[T any](dir fs.FS, s *sources, source pricing.Source, pattern string, read func([]byte) (T, error)) (list T, err error) {
	name, err := s.find(dir, source, pattern)
	if err != nil {
		return list, err
	}
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return list, err
	}
	if list, err = read(data); err != nil {
		return list, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}

// find notes the source and returns its file, the newest where there are several.
func (s *sources) find(dir fs.FS, source pricing.Source, pattern string) (string, error) {
	names, err := fs.Glob(dir, pattern)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", fmt.Errorf("%s: nothing in the folder of sources is named %s", source.Name, pattern)
	}
	name := names[len(names)-1]
	if source.Date = dated.FindString(name); source.Date == "" {
		return "", fmt.Errorf("%s: %s has no date in its name", source.Name, name)
	}
	s.list = append(s.list, source)
	return name, nil
}

// claims gathers what all sources say about the models of a vendor.
func (s *sources) claims(v vendor) (map[string][]claim, error) {
	all := map[string][]claim{}
	names := map[string]bool{}
	take := func(claims map[string]claim) {
		for name, c := range claims {
			if names[name] {
				all[name] = append(all[name], c)
			}
		}
	}
	fromLiteLLM, others := s.litellm.claims(v)
	fromModelsDev := s.modelsDev.claims(v)
	for _, claims := range []map[string]claim{fromLiteLLM, fromModelsDev} {
		for name := range claims {
			names[name] = isChat(name) && !others[name]
		}
	}
	take(fromLiteLLM)
	take(fromModelsDev)
	fromGenai, err := s.genai.claims(v, names)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 { // a vendor that only this source knows
		for name := range fromGenai {
			names[name] = isChat(name)
		}
	}
	take(fromGenai)
	fromPortkey := map[string]claim{}
	for _, file := range slices.Backward(v.portkey) { // the first counts most
		claims, err := s.portkeyClaims(file + ".json")
		if err != nil {
			return nil, err
		}
		maps.Copy(fromPortkey, claims)
	}
	take(fromPortkey)
	return all, nil
}

func (s *sources) portkeyClaims(file string) (map[string]claim, error) {
	general, err := optional(s.portkey, path.Join("general", file))
	if err != nil {
		return nil, err
	}
	prices, err := optional(s.portkey, path.Join("pricing", file))
	if err != nil {
		return nil, err
	}
	claims, err := readPortkey(general, prices)
	if err != nil {
		return nil, fmt.Errorf("%s of Portkey: %w", file, err)
	}
	return claims, nil
}

func optional(dir fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// notChat are words in the names of models that sources list as chat models and that are something else.
var notChat = regexp.MustCompile(`(?i)embed|rerank|tts|whisper|transcribe|realtime|native-audio|live-preview|-image|image-|dall-e|lyria|sora|orpheus|` +
	`flux|stable-diffusion|moderation|guard|-ocr|ocr-|\bbge-|\bveo|\bimagen|voyage|parakeet|gpt-3\.5-turbo-instruct|content-safety`)

func isChat(name string) bool { return !notChat.MatchString(name) }
