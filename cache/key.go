package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// Key names a request by all that can make a difference to its answer. Equal keys are taken for equal requests, without
// comparing those: SHA-256 has no known way to make two texts collide, even for somebody who wants a tenant to be served
// another's answer, and by chance it takes more requests than can be sent.
type Key [sha256.Size]byte

// String gives the key in hexadecimal digits.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// keyVersion stands before everything that is hashed: what changes the form of a key changes the version, so that answers
// stored before are not found by mistake.
const keyVersion = "llmgate cache 1"

// keyBuffer is how many bytes are hashed at once.
const keyBuffer = 4 << 10

// keyer writes a request into a hash, so that different requests give different texts: each field has its place, and what
// has no fixed length has it written before.
type keyer struct {
	hash hash.Hash
	buf  []byte // not hashed yet
	sum  Key

	reader  jsontext.Reader
	members []member // of the JSON objects being sorted
	names   []byte   // of those members

	// failed: the request holds something that has no canonical form, and gets no key.
	failed bool
}

var keyers = sync.Pool{New: func() any {
	return &keyer{hash: sha256.New(), buf: make([]byte, 0, keyBuffer+binary.MaxVarintLen64)}
}}

// KeyOf is the key of a request for a cache without Vary and Normalize; false if it has none, which only a request that can't be
// sent has. It does not block.
func KeyOf(namespace string, req *request.Request) (Key, bool) {
	return (&Config{Namespace: namespace}).key(req)
}

// key gives the key of a request; false if it has none, which only a request that can't be sent has.
func (c *Config) key(req *request.Request) (Key, bool) {
	vary := ""
	if c.Vary != nil {
		vary = ofCopy(c.Vary, *req)
	}
	if c.Normalize != nil {
		normal := new(*req)
		c.Normalize(normal)
		req = normal
	}
	k := keyers.Get().(*keyer)
	defer k.release()
	k.text(keyVersion)
	k.text(c.Namespace)
	k.text(vary)
	k.request(req)
	k.flush()
	k.hash.Sum(k.sum[:0])
	return k.sum, !k.failed
}

// ofCopy asks a function of the user's about a copy of a request, which then stays off the heap where there is no function.
func ofCopy[T any](f func(*request.Request) T, req request.Request) T { return f(&req) }

// release makes the keyer ready for the next request, holding nothing of this one.
func (k *keyer) release() {
	k.hash.Reset()
	k.buf = k.buf[:0]
	k.reader.Reset(nil)
	clear(k.members)
	k.members, k.names = k.members[:0], k.names[:0]
	k.failed = false
	keyers.Put(k)
}

// request writes every field but Labels, Priority, NoCache and NoStore.
func (k *keyer) request(r *request.Request) {
	k.text(r.Tenant)
	k.text(r.Model)
	k.count(len(r.Messages))
	for i := range r.Messages {
		k.message(&r.Messages[i])
	}
	k.sampling(r)
	k.text(string(r.ReasoningEffort))
	k.number(int64(r.ReasoningBudget))
	k.count(len(r.Tools))
	for i := range r.Tools {
		k.tool(&r.Tools[i])
	}
	k.text(string(r.ToolChoice.Mode))
	k.text(r.ToolChoice.Name)
	optional(k, r.ParallelToolCalls, k.flag)
	k.format(&r.ResponseFormat)
	k.text(r.ServiceTier)
	k.text(r.User)
	k.text(r.PromptCacheKey)
	k.extra(r.Extra)
}

func (k *keyer) sampling(r *request.Request) {
	k.number(int64(r.MaxTokens))
	optional(k, r.Temperature, k.float)
	optional(k, r.TopP, k.float)
	optional(k, r.TopK, k.count)
	optional(k, r.Seed, k.number)
	optional(k, r.FrequencyPenalty, k.float)
	optional(k, r.PresencePenalty, k.float)
	k.count(len(r.Stop))
	for _, s := range r.Stop {
		k.text(s)
	}
}

func (k *keyer) tool(t *request.Tool) {
	k.text(t.Name)
	k.text(t.Description)
	k.json(t.Parameters)
	optional(k, t.Strict, k.flag)
	optional(k, t.Cache, func(b request.CacheBreakpoint) { k.number(int64(b.TTL)) })
}

func (k *keyer) format(f *request.ResponseFormat) {
	k.text(string(f.Type))
	k.text(f.Name)
	k.text(f.Description)
	k.json(f.Schema)
	k.flag(f.Strict)
}

func (k *keyer) extra(providers map[string]map[string]any) {
	k.count(len(providers))
	if len(providers) == 0 {
		return
	}
	for _, provider := range slices.Sorted(maps.Keys(providers)) {
		fields := providers[provider]
		k.text(provider)
		k.count(len(fields))
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			k.text(name)
			k.value(fields[name])
		}
	}
}

// optional tells unset from every value.
func optional[T any](k *keyer, v *T, write func(T)) {
	k.flag(v != nil)
	if v != nil {
		write(*v)
	}
}

func (k *keyer) text(s string) {
	k.count(len(s))
	write(k, s)
}

func (k *keyer) bytes(b []byte) {
	k.count(len(b))
	write(k, b)
}

// write adds what may be large, such as an image, in pieces.
func write[T string | []byte](k *keyer, s T) {
	for len(s) > 0 {
		n := min(len(s), max(0, keyBuffer-len(k.buf)))
		k.buf = append(k.buf, s[:n]...)
		if s = s[n:]; len(s) > 0 {
			k.flush()
		}
	}
}

func (k *keyer) flush() {
	k.hash.Write(k.buf)
	k.buf = k.buf[:0]
}

func (k *keyer) flag(v bool) {
	if v {
		k.number(1)
	} else {
		k.number(0)
	}
}

func (k *keyer) float(f float64) { k.number(int64(math.Float64bits(f))) }

func (k *keyer) count(n int) { k.number(int64(n)) }

func (k *keyer) number(n int64) {
	if len(k.buf) > keyBuffer {
		k.flush()
	}
	k.buf = binary.AppendVarint(k.buf, n)
}
