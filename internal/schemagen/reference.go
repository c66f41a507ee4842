package schemagen

import (
	"net/url"
	"strconv"
	"strings"
)

// resource is a part of the document with an address of its own: the document
// itself, or a subschema with $id. References are relative to it.
type resource struct {
	uri      *url.URL
	document *value
	at       string
	anchors  map[string]*node
}

const inline = "put the schema under #/$defs and refer to it there"

// enter gives n the address in $id. Draft-07 spells an anchor that way too.
func (c *compiler) enter(n *node, v, id *value) error {
	if id.kind != kindText {
		return fail(n.at, "$id", "must be a string")
	}
	if anchor, ok := strings.CutPrefix(id.text, "#"); ok {
		return n.drop(anchor, "$id")
	}
	parsed, err := url.Parse(id.text)
	if err != nil {
		return fail(n.at, "$id", "not a URI: %v; correct or drop it", err)
	}
	address := n.home.uri.ResolveReference(parsed)
	address.Fragment = ""
	if other := c.resources[address.String()]; other != nil && other.document != v && other.at != "#" {
		return fail(n.at, "$id", "%q is also the address of %s; rename one", id.text, other.at)
	}
	n.home = &resource{uri: address, document: v, at: n.at, anchors: map[string]*node{}}
	c.resources[address.String()] = n.home
	return nil
}

func setAnchor(_ *compiler, n *node, v *value, keyword string) error {
	if v.kind != kindText {
		return fail(n.at, keyword, "must be a string")
	}
	return n.drop(v.text, keyword)
}

// drop gives n an anchor within its resource.
func (n *node) drop(anchor, keyword string) error {
	if other := n.home.anchors[anchor]; other != nil && other != n {
		return fail(n.at, keyword, "%q is also an anchor of %s; rename one", anchor, other.at)
	}
	n.home.anchors[anchor] = n
	return nil
}

func (c *compiler) resolve(n *node) error {
	if n.refText == "" {
		return nil
	}
	parsed, err := url.Parse(n.refText)
	if err != nil {
		return fail(n.at, "$ref", "not a URI reference: %v; %s", err, inline)
	}
	address := n.home.uri.ResolveReference(parsed)
	fragment := address.Fragment
	address.Fragment, address.RawFragment = "", ""
	home := c.resources[address.String()]
	if home == nil {
		return fail(n.at, "$ref", "%q leaves the document; %s", n.refText, inline)
	}
	if fragment == "" || strings.HasPrefix(fragment, "/") {
		n.ref, err = c.walk(n, home, fragment)
		return err
	}
	if n.ref = home.anchors[fragment]; n.ref == nil {
		return fail(n.at, "$ref", "no $anchor %q; %s", fragment, inline)
	}
	return nil
}

var pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")

// walk follows a JSON pointer, which may cross into another resource.
func (c *compiler) walk(from *node, home *resource, pointer string) (*node, error) {
	v, at := home.document, home.at
	for _, step := range pointerSteps(pointer) {
		step = pointerUnescapes.Replace(step)
		next := child(v, step)
		if next == nil {
			return nil, fail(from.at, "$ref", "%q points at nothing; %s", from.refText, inline)
		}
		v, at = next, below(at, step)
		if known := c.byValue[v]; known != nil {
			home = known.home
		}
	}
	return c.schema(v, at, home)
}

func child(v *value, step string) *value {
	if v.kind == kindObject {
		return v.index[step]
	}
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i >= len(v.items) {
		return nil
	}
	return v.items[i]
}

func pointerSteps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	return strings.Split(pointer[1:], "/")
}
