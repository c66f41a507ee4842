package bulk

// Project makes the file show the lines, taking the first of its bytes for right if they have that sum. It reports whether
// something stood there that did not belong, and the sum of what stands there now.
func Project(path string, lines []string, offset int64, sum uint32) (repaired bool, now uint32, err error) {
	p, err := openProjection(path)
	if err != nil {
		return false, 0, err
	}
	right := false
	if offset > 0 {
		if right, err = p.skip(offset, sum); err != nil {
			return false, 0, err
		}
	}
	at := int64(0)
	for _, line := range lines {
		at += int64(len(line))
		if right && at <= offset {
			continue
		}
		if err := p.add([]byte(line)); err != nil {
			return false, 0, err
		}
	}
	if err := p.end(); err != nil {
		return false, 0, err
	}
	return p.repaired, p.sum, p.close()
}
