package schemagen

func setText(field func(*node) *string) setter {
	return func(_ *compiler, n *node, v *value, keyword string) error {
		if v.kind != kindText {
			return fail(n.at, keyword, "must be a string")
		}
		*field(n) = v.text
		return nil
	}
}

func setFlag(field func(*node) *bool) setter {
	return func(_ *compiler, n *node, v *value, keyword string) error {
		if v.kind != kindBoolean {
			return fail(n.at, keyword, "must be true or false")
		}
		*field(n) = v.truth
		return nil
	}
}

func setNumber(field func(*node) **number) setter {
	return func(_ *compiler, n *node, v *value, keyword string) error {
		flag := keyword == "exclusiveMinimum" || keyword == "exclusiveMaximum"
		switch {
		case v.kind == kindBoolean && flag:
			return nil // read by readFlags, which needs minimum and maximum
		case v.kind != kindNumber:
			return fail(n.at, keyword, "must be a number")
		case keyword == "multipleOf" && v.number.exact.Sign() <= 0:
			return fail(n.at, keyword, "must be above 0")
		}
		*field(n) = &v.number
		return nil
	}
}

func setCount(field func(*node) **int) setter {
	return func(_ *compiler, n *node, v *value, keyword string) error {
		whole := v.kind == kindNumber && v.number.exact.IsInt() && v.number.exact.Sign() >= 0
		if !whole {
			return fail(n.at, keyword, "must be a whole number of at least 0")
		}
		count := int(min(v.number.float, 1<<30))
		*field(n) = &count
		return nil
	}
}

func setType(_ *compiler, n *node, v *value, keyword string) error {
	names := []*value{v}
	if v.kind == kindArray {
		names = v.items
	}
	for _, name := range names {
		t, known := typesByName[name.text]
		if name.kind != kindText || !known {
			return fail(n.at, keyword, "must be null, boolean, integer, number, string, array, object or a list of these")
		}
		n.types |= t
	}
	if n.types == 0 {
		return fail(n.at, keyword, "the list is empty; name at least one type")
	}
	return nil
}

func setEnum(_ *compiler, n *node, v *value, keyword string) error {
	if v.kind != kindArray || len(v.items) == 0 {
		return fail(n.at, keyword, "must be a list of at least one value")
	}
	n.enum, n.hasEnum = v.items, true
	return nil
}

func setConst(_ *compiler, n *node, v *value, _ string) error {
	n.constant = v
	return nil
}

func setSuggestion(_ *compiler, n *node, v *value, _ string) error {
	n.suggestions = append(n.suggestions, v)
	return nil
}

// setSuggestions lets anything but a list pass: OpenAPI's examples is an
// object of named ones, and an annotation is no reason to fail.
func setSuggestions(_ *compiler, n *node, v *value, _ string) error {
	n.suggestions = append(n.suggestions, v.items...)
	return nil
}

func setPattern(_ *compiler, n *node, v *value, keyword string) error {
	if v.kind != kindText {
		return fail(n.at, keyword, "must be a string")
	}
	n.pattern = parsePattern(v.text)
	return nil
}

func refuse(remedy string) setter {
	return func(_ *compiler, n *node, _ *value, keyword string) error {
		return fail(n.at, keyword, "not supported; %s", remedy)
	}
}
