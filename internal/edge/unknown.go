package edge

import "net/http"

// Unknown reports whether an error body says nothing that is known, so that its class went by the status alone. Bodies that
// differ in nothing but their texts have the same shape; status, code and type belong to it.
func Unknown(status int, h http.Header, body []byte) (shape uint64, unknown bool) {
	return parse(h, body).Unknown(status)
}

// Unknown does the same for a Failure.
func (e *Failure) Unknown(status int) (shape uint64, unknown bool) {
	if _, _, ok := e.byBody(status); ok {
		return 0, false
	}
	if _, ok := e.byKind(); ok {
		return 0, false
	}
	shape = addToShape(addToShape(e.shape, e.Code), e.Kind)
	return (shape ^ uint64(status)) * fnvPrime, true
}

// addToShape takes a name in, by the FNV-1a hash: it is the same in every run, and small.
func addToShape[T string | []byte](shape uint64, name T) uint64 {
	if shape == 0 {
		shape = fnvOffset
	}
	for i := range len(name) {
		shape = (shape ^ uint64(name[i])) * fnvPrime
	}
	return (shape ^ '|') * fnvPrime
}

const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)
