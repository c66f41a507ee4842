package llmgate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mostOfOneProvider is what the package of one provider may add to a program, in bytes.
const mostOfOneProvider = 1_500_000

func TestOneProviderIsSmall(t *testing.T) {
	bare, one := sizeOf(t, "bare"), sizeOf(t, "one")
	t.Logf("bare %d bytes, with one provider %d more", bare, one-bare)
	if one-bare > mostOfOneProvider {
		t.Errorf("the package of one provider adds %d bytes to a program of %d; at most %d", one-bare, bare, mostOfOneProvider)
	}
}

func sizeOf(t *testing.T, program string) int64 {
	t.Helper()
	binary := filepath.Join(t.TempDir(), program)
	build := exec.Command("go", "build", "-o", binary, "./testdata/size/"+program)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// The vendors' own clients, and the clouds' behind them, stay out of the module: its users would carry them.
func TestNoVendorSDK(t *testing.T) {
	for _, file := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, sdk := range []string{"openai-go", "go-openai", "anthropic-sdk-go", "google.golang.org/genai", "generative-ai-go", "cloud.google.com", "aws-sdk-go"} {
			if strings.Contains(string(text), sdk) {
				t.Errorf("%s names %s", file, sdk)
			}
		}
	}
}
