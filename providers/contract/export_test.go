package contract

import "testing"

// Judge runs one case, without failing the test.
func Judge(t *testing.T, name string, open Open, f Features) Result {
	for i := range cases {
		if cases[i].name == name {
			return cases[i].judge(t, open, &f)
		}
	}
	t.Fatalf("no case is named %q", name)
	return Result{}
}

// Faults is what is wrong with features.
func Faults(f Features) []string { return f.faults() }

// CaseNames lists all cases.
func CaseNames() (names []string) {
	for i := range cases {
		names = append(names, cases[i].name)
	}
	return names
}
