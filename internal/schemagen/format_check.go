package schemagen

import (
	"encoding/base64"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

var (
	durationForm = regexp.MustCompile(`^P(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$`)
	hostnameForm = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)
	uuidForm     = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	pointerForm  = regexp.MustCompile(`^(?:/(?:[^/~]|~[01])*)*$`)
	relativeForm = regexp.MustCompile(`^(?:0|[1-9]\d*)(?:#|(?:/(?:[^/~]|~[01])*)*)$`)
	templateForm = regexp.MustCompile(`^(?:[^{}\s]|\{[^{}\s]+\})*$`)
	uriForm      = regexp.MustCompile(`^[!#-;=?-Z_a-z~\[\]]*$`)
	zoneForm     = regexp.MustCompile(`(?:Z|[+-]\d\d:\d\d)$`)
)

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func isTime(s string) bool {
	_, err := time.Parse("15:04:05Z07:00", s)
	return err == nil && zoneForm.MatchString(s)
}

func isDateTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

func isDuration(s string) bool {
	return durationForm.MatchString(s) && s != "P" && !strings.HasSuffix(s, "T")
}

func isEmail(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s
}

func isHostname(s string) bool {
	return len(s) <= 253 && hostnameForm.MatchString(s)
}

func isIPv4(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is4()
}

func isIPv6(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is6() && address.Zone() == ""
}

func isURI(s string) bool {
	parsed, err := url.Parse(s)
	return err == nil && parsed.IsAbs() && uriForm.MatchString(s)
}

func isURIReference(s string) bool {
	_, err := url.Parse(s)
	return err == nil && uriForm.MatchString(s)
}

func isURITemplate(s string) bool { return templateForm.MatchString(s) }

func isUUID(s string) bool { return uuidForm.MatchString(s) }

func isJSONPointer(s string) bool { return pointerForm.MatchString(s) }

func isRelativeJSONPointer(s string) bool { return relativeForm.MatchString(s) }

func isRegex(s string) bool {
	_, err := regexp.Compile(s)
	return err == nil
}

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}
