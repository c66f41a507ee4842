package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

// projection is a file that shows what the state holds. It is made by adding every line that belongs there, from the first on:
// lines that stand there already are only compared, and where the file differs (torn by a crash, edited, gone) it is cut off
// and written again from there.
type projection struct {
	path   string
	file   *os.File
	out    *bufio.Writer
	offset int64
	sum    uint32 // of everything before offset

	old      *bufio.Reader // what stands behind offset; nil once that is known to differ, or to be nothing
	repaired bool          // something stood there that did not belong
	have     []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func openProjection(path string) (*projection, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; create the folder first", err)
	}
	if err != nil {
		return nil, err
	}
	p := &projection{path: path, file: file, out: bufio.NewWriterSize(file, 64<<10)}
	return p, p.rewind()
}

// rewind begins again, to compare everything.
func (p *projection) rewind() error {
	if err := p.flush(); err != nil {
		return err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p.offset, p.sum, p.old = 0, 0, bufio.NewReaderSize(p.file, 64<<10)
	return nil
}

// skip takes the beginning of the file for right if it has a sum that was noted when it was written. Otherwise it changes
// nothing, and returns false.
func (p *projection) skip(offset int64, sum uint32) (bool, error) {
	hash := crc32.New(castagnoli)
	n, err := io.CopyN(hash, p.old, offset)
	if err == nil && hash.Sum32() == sum {
		p.offset, p.sum = n, sum
		return true, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return false, p.rewind()
}

// add puts the next line there. It is on its way to the file, if it was not there, after flush.
func (p *projection) add(line []byte) error {
	if p.old != nil {
		if err := p.compare(line); err != nil {
			return err
		}
	}
	if p.old == nil {
		if _, err := p.out.Write(line); err != nil {
			return p.failure(err)
		}
	}
	p.offset += int64(len(line))
	p.sum = crc32.Update(p.sum, castagnoli, line)
	return nil
}

// compare looks whether the line stands there, and makes room for it if not.
func (p *projection) compare(line []byte) error {
	p.have = append(p.have[:0], line...)
	n, err := io.ReadFull(p.old, p.have)
	switch {
	case err == nil && bytes.Equal(p.have, line):
		return nil
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	p.repaired = p.repaired || n > 0
	return p.cut()
}

// cut takes away what stands behind offset, to go on from there.
func (p *projection) cut() error {
	p.old = nil
	if err := p.file.Truncate(p.offset); err != nil {
		return p.failure(err)
	}
	_, err := p.file.Seek(p.offset, io.SeekStart)
	return err
}

// end takes away what stands behind the last line.
func (p *projection) end() error {
	if p.old == nil {
		return p.flush()
	}
	if _, err := p.old.Peek(1); err == nil {
		p.repaired = true
	}
	return p.cut()
}

func (p *projection) flush() error {
	if err := p.out.Flush(); err != nil {
		return p.failure(err)
	}
	return nil
}

func (p *projection) close() error { return errors.Join(p.flush(), p.file.Close()) }

func (p *projection) failure(err error) error {
	return fmt.Errorf("%s can't be written: %w; what was answered is in the state: run the same command again", p.path, err)
}
