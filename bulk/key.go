package bulk

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/internal/dense"
)

// key is the identity of an item: what is asked, of whom, under which ID, by 80 and 40 bits of their hashes. Two items of the same
// content are the same question: among ten million questions two are taken for one with a chance of 4 in 10^11.
type key struct {
	content dense.Key
	id      [5]byte
}

// keyBytes is the length of a key in its name.
const keyBytes = len(key{}.content) + len(key{}.id)

// partMark begins the names of what is asked on the way to an item's answer, which is in no output.
const partMark = '~'

// partOf is whom a part is asked of, so that an item that asks the same is not taken for it.
func partOf(model string) string { return "part " + model }

var keyText = base64.RawURLEncoding

// name is the item's name in the store.
func (k key) name() string {
	var raw [keyBytes]byte
	copy(raw[copy(raw[:], k.content[:]):], k.id[:])
	return keyText.EncodeToString(raw[:])
}

// parseName reads the name of an item or of a part.
func parseName(name string) (k key, part, ok bool) {
	name, part = strings.CutPrefix(name, string(partMark))
	var raw [keyBytes]byte
	if len(name) != keyText.EncodedLen(len(raw)) {
		return k, part, false
	}
	if _, err := keyText.Decode(raw[:], []byte(name)); err != nil {
		return k, part, false
	}
	copy(k.id[:], raw[copy(k.content[:], raw[:]):])
	return k, part, true
}

// keyOf names an item that is asked of a model. An item that is wrong is named by what is wrong with it, so that it is another
// once it has been corrected.
func keyOf(item *source.Item, model string) (k key, err error) {
	id := sha256.Sum256([]byte(item.ID))
	copy(k.id[:], id[:])
	if item.Err != nil {
		sum := sha256.Sum256(fmt.Appendf(nil, "%v\n%s", item.Err, item.Raw))
		copy(k.content[:], sum[:])
		return k, nil
	}
	content, ok := cache.KeyOf("bulk "+model, &item.Request)
	if !ok {
		return k, errors.New("a field of Extra is not JSON; give one that is")
	}
	copy(k.content[:], content[:])
	return k, nil
}
