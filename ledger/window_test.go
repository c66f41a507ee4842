package ledger

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones, wherever the test runs

	"pgregory.net/rapid"
)

func TestWindowAt(t *testing.T) {
	india, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		window     Window
		zone       *time.Location
		at         string
		start, end string
	}{
		{PerMinute, nil, "2026-03-01T12:34:56Z", "2026-03-01T12:34:00Z", "2026-03-01T12:35:00Z"},
		{PerHour, nil, "2026-03-01T12:34:56Z", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"},
		{PerHour, india, "2026-03-01T12:29:59Z", "2026-03-01T11:30:00Z", "2026-03-01T12:30:00Z"},
		{PerDay, nil, "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
		{PerDay, india, "2026-03-01T18:30:00Z", "2026-03-01T18:30:00Z", "2026-03-02T18:30:00Z"},
		{PerDay, newYork, "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"}, // of 23 hours
		{PerMonth, nil, "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
		{PerMonth, nil, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{PerMonth, newYork, "2026-12-01T04:00:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"},
	} {
		got := test.window.at(moment(t, test.at), test.zone)
		if want := (span{moment(t, test.start).UnixNano(), moment(t, test.end).UnixNano()}); got != want {
			t.Errorf("%s at %s: %v to %v", test.window, test.at, time.Unix(0, got.start).UTC(), time.Unix(0, got.end).UTC())
		}
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Every moment is in the window that is found for it, and windows join without a gap, in zones that skip midnight too.
func TestWindowsJoin(t *testing.T) {
	zones := []string{"UTC", "Asia/Kathmandu", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe", "America/New_York"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		window := rapid.SampledFrom([]Window{PerMinute, PerHour, PerDay, PerMonth}).Draw(t, "window")
		at := time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(t, "at"), 0)
		w := window.at(at, zone)
		if at.UnixNano() < w.start || at.UnixNano() >= w.end {
			t.Fatalf("%v is not in its %s from %v to %v", at.In(zone), window, time.Unix(0, w.start).In(zone), time.Unix(0, w.end).In(zone))
		}
		next := window.at(time.Unix(0, w.end), zone)
		if last := window.at(time.Unix(0, w.end-1), zone); next.start != w.end || last != w {
			t.Fatalf("%s: %v is followed by %v, its last moment is in %v", window, w, next, last)
		}
	})
}
