package bulk

import (
	"context"
	"hash/crc32"
	"io"
)

// asLeft reports that the files are as the run before left them. In the order of the input they are written anew line by line, so
// that what differs from there on is the work of a changed input.
func (s *show) asLeft(ctx context.Context) (bool, error) {
	var c checkpoint
	if err := recall(ctx, s.store, resultKey, &c); err != nil {
		return false, err
	}
	same, err := s.results.is(c.Offset, c.Sum)
	if same && err == nil {
		same, err = s.failures.is(c.FailedOffset, c.FailedSum)
	}
	return same, err
}

// is reports that the file has so many bytes, of that sum.
func (p *projection) is(size int64, sum uint32) (bool, error) {
	hash := crc32.New(castagnoli)
	n, err := io.Copy(hash, io.NewSectionReader(p.file, 0, size+1))
	return n == size && hash.Sum32() == sum, err
}
