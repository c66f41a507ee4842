package wire

import "sync"

// Buffer is a reusable byte slice.
type Buffer struct{ B []byte }

// maxPooled keeps one huge body from pinning its memory for good.
const maxPooled = 1 << 20

var buffers = sync.Pool{New: func() any { return &Buffer{B: make([]byte, 0, 4096)} }}

// GetBuffer returns an empty buffer. Give it back with Free.
func GetBuffer() *Buffer { return buffers.Get().(*Buffer) }

// Free makes the buffer available for reuse; its bytes must not be touched any more.
func (b *Buffer) Free() {
	if cap(b.B) > maxPooled {
		return
	}
	b.B = b.B[:0]
	buffers.Put(b)
}
