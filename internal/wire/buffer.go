package wire

import "sync"

// Buffer is a reusable byte slice.
type Buffer struct{ B []byte }

// maxPooled keeps one huge body from pinning its memory for good.
const maxPooled = 1 << 20

// short is the size of what most questions fit into. With the headers it is no larger than a connection's write buffer.
const short = 768

var (
	buffers = sync.Pool{New: func() any { return &Buffer{B: make([]byte, 0, 8*short)} }}
	shorts  = sync.Pool{New: func() any { return &Buffer{B: make([]byte, 0, short)} }}
)

// GetBuffer returns an empty buffer. Give it back with Free.
func GetBuffer() *Buffer { return buffers.Get().(*Buffer) }

// Free makes the buffer available for reuse; its bytes must not be touched any more.
func (b *Buffer) Free() {
	if cap(b.B) > maxPooled {
		return
	}
	b.B = b.B[:0]
	if cap(b.B) == short {
		shorts.Put(b)
	} else {
		buffers.Put(b)
	}
}

// fit moves what is short to a buffer that is no larger than it needs, and takes over b. Whoever keeps a buffer for as long
// as a model thinks has it fitted: ten thousand of them are 30 MB otherwise.
func (b *Buffer) fit() *Buffer {
	if len(b.B) > short || cap(b.B) == short {
		return b
	}
	small := shorts.Get().(*Buffer)
	small.B = append(small.B, b.B...)
	b.Free()
	return small
}
