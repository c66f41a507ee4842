package schemagen

// setItemKeywords brings the two spellings of a tuple together: prefixItems
// with items, and draft-07's list in items with additionalItems.
func setItemKeywords(c *compiler, n *node, v *value) error {
	prefix := setSchemas(func(n *node) *[]*node { return &n.prefix })
	rest := setSchema(func(n *node) **node { return &n.items })
	items, list := v.index["items"], v.index["prefixItems"]
	if list != nil {
		if err := prefix(c, n, list, "prefixItems"); err != nil {
			return err
		}
	}
	switch {
	case items == nil:
		return nil
	case items.kind != kindArray:
		return rest(c, n, items, "items")
	case list != nil:
		return fail(n.at, "items", "must be a schema beside prefixItems")
	case len(items.items) > 0:
		if err := prefix(c, n, items, "items"); err != nil {
			return err
		}
	}
	if additional := v.index["additionalItems"]; additional != nil {
		return rest(c, n, additional, "additionalItems")
	}
	return nil
}
