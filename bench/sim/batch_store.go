package sim

import (
	"slices"
	"strings"
	"sync"
)

// What is kept of batches and their files: so many of both together, and so many bytes. The oldest are forgotten first.
const (
	keptBatches = 4096
	keptBytes   = 1 << 30
)

// batchStore is the batches, and the files that were uploaded for them.
type batchStore struct {
	mu      sync.Mutex
	batches map[string]*batch
	files   map[string]*batchFile
	order   []string       // the IDs of both, oldest first
	sizes   map[string]int // in bytes
	bytes   int
}

// batchFile is a file: an uploaded one, or one of the results of a batch.
type batchFile struct {
	id, name, purpose string
	created           int64
	text              []byte
	// of is the batch whose results these are; failed: those with an error.
	of     *batch
	failed bool
}

func (s *batchStore) addBatch(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.batches == nil {
		s.batches = map[string]*batch{}
	}
	s.batches[b.id] = b
	size := 0
	for i := range b.items {
		size += b.items[i].size
	}
	s.add(b.id, size)
}

func (s *batchStore) addFile(f *batchFile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[string]*batchFile{}
	}
	s.files[f.id] = f
	s.add(f.id, len(f.text))
}

func (s *batchStore) batch(id string) *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.batches[id]
}

// page gives the batches of an ID that begins so, the latest first: as many as asked for behind the one named, or behind none.
func (s *batchStore) page(prefix, after string, most int) (list []*batch, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	behind := after == ""
	for _, id := range slices.Backward(s.order) {
		b := s.batches[id]
		switch {
		case b == nil || !strings.HasPrefix(id, prefix):
		case !behind:
			behind = id == after
		case len(list) == most:
			return list, true
		default:
			list = append(list, b)
		}
	}
	return list, false
}

func (s *batchStore) file(id string) *batchFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[id]
}

// grow counts in the outcomes of a batch.
func (s *batchStore) grow(b *batch) {
	size := 0
	for i := range b.outcomes {
		size += len(b.outcomes[i].body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, kept := s.sizes[b.id]; kept {
		s.sizes[b.id] += size
		s.bytes += size
		s.forget()
	}
}

func (s *batchStore) add(id string, size int) {
	if s.sizes == nil {
		s.sizes = map[string]int{}
	}
	s.order, s.sizes[id], s.bytes = append(s.order, id), size, s.bytes+size
	s.forget()
}

// forget keeps at least the latest, however large it is.
func (s *batchStore) forget() {
	for len(s.order) > 1 && (len(s.order) > keptBatches || s.bytes > keptBytes) {
		id := s.order[0]
		s.order, s.bytes = s.order[1:], s.bytes-s.sizes[id]
		delete(s.sizes, id)
		delete(s.batches, id)
		delete(s.files, id)
	}
}
