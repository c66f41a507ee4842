package llmgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/seed63918563/llmgate"

// allowed is the whole table of imports: for each package of the module, the packages of the module and the modules
// outside the standard library that its code (tests aside) may import. Arrows run one way, from the bottom up.
var allowed = map[string][]string{
	"request":            {},
	"policy":             {"request"},
	"policy/router":      {"request", "policy", "internal/allowance", "internal/tokens", "internal/wire", "go.uber.org/zap"},
	"policy/retry":       {"request", "policy", "policy/router", "go.uber.org/zap"},
	"internal/allowance": {},
	"internal/collector": {},
	"internal/dense":     {},
	"internal/limiter":   {"golang.org/x/time/rate"},
	"dispatcher": {
		"request", "policy", "policy/router", "pricing", "store", "ledger", "dispatcher/lane", "internal/allowance", "internal/tokens", "internal/wire", "go.uber.org/zap",
		"golang.org/x/sync/errgroup",
	},
	"dispatcher/lane":     {"request", "internal/limiter", "go.uber.org/zap", "go.uber.org/zap/zapcore"},
	"pricing":             {"request"},
	"pricing/gen":         {"pricing", "request"},
	"internal/jsontext":   {},
	"internal/schemagen":  {"internal/jsontext", "github.com/google/jsonschema-go/jsonschema"},
	"internal/fields":     {},
	"internal/tokens":     {"request"},
	"internal/wire":       {"request"},
	"internal/yardstick":  {"request", "internal/cputime", "internal/wire"},
	"internal/canned":     {"request", "internal/wire", "github.com/google/go-cmp/cmp"},
	"internal/edge":       {"request", "internal/jsontext", "internal/wire"},
	"internal/recorded":   {"request"},
	"internal/dialect":    {"request", "pricing", "internal/edge", "internal/jsontext", "internal/tokens", "internal/wire"},
	"providers/openai":    {"request", "pricing", "internal/dialect", "internal/edge", "internal/jsontext", "internal/wire"},
	"providers/anthropic": {"request", "pricing", "internal/dialect", "internal/edge", "internal/jsontext", "internal/wire"},
	"providers/fake":      {"request", "internal/tokens", "internal/wire"},
	"providers/contract":  {"request", "bench/sim", "github.com/google/go-cmp/cmp", "go.uber.org/goleak"},
	"providers/gemini":    {"request", "pricing", "internal/dialect", "internal/edge", "internal/jsontext", "internal/wire"},
	"providers/langchain": {
		"request", "pricing", "internal/dialect", "internal/edge", "internal/jsontext", "internal/tokens", "internal/wire",
		"github.com/tmc/langchaingo/llms", "github.com/tmc/langchaingo/llms/anthropic", "github.com/tmc/langchaingo/llms/ollama",
		"github.com/tmc/langchaingo/llms/openai",
	},
	"store":           {"request"},
	"store/storetest": {"request", "store", "github.com/google/go-cmp/cmp", "github.com/google/go-cmp/cmp/cmpopts"},
	"store/sqlite":    {"request", "store", "modernc.org/sqlite", "modernc.org/sqlite/lib"},
	"ledger":          {"request", "store"},
	"ledger/budget":   {"request", "ledger", "pricing"},
	"bench/sim":       {"internal/schemagen", "internal/tokens", "internal/words"},
	"providers":       {"request", "pricing", "providers/anthropic", "providers/gemini", "providers/langchain", "providers/openai", "bench/sim"},
	"cache":           {"request", "store", "internal/jsontext", "internal/wire", "go.uber.org/zap"},
	"bulk": {
		"request", "store", "store/sqlite", "ledger", "cache", "pricing", "dispatcher", "dispatcher/lane", "bulk/source", "bulk/viabatch", "providers/openai", "internal/dense", "internal/jsontext", "internal/tokens",
		"golang.org/x/sync/errgroup",
	},
	".":           {"request", "policy", "pricing", "providers", "store", "store/sqlite", "ledger", "cache", "dispatcher", "dispatcher/lane", "go.uber.org/zap"},
	"cmd/llmgate": {".", "config", "dispatcher/lane", "store", "bulk/schema", "bulk/document", "ledger", "request", "pricing", "providers", "bulk", "bench/sim", "github.com/spf13/cobra", "golang.org/x/term", "bulk/source", "dispatcher", "policy", "policy/router", "bench", "bench/limits", "bench/measure", "bench/pace", "bench/prompt", "bench/raw", "bench/report", "internal/collector"},
	"bulk/document": {
		"request", "internal/fields", "internal/tokens", "github.com/ledongthuc/pdf", "github.com/tmc/langchaingo/documentloaders",
		"github.com/tmc/langchaingo/schema", "github.com/tmc/langchaingo/textsplitter", "golang.org/x/net/html", "golang.org/x/net/html/atom",
		"golang.org/x/net/html/charset", "golang.org/x/sync/errgroup", "golang.org/x/text/encoding", "golang.org/x/text/encoding/unicode",
		"golang.org/x/text/transform",
	},
	"internal/yardstick/cell": {
		"internal/wire", "internal/yardstick", "bench/sim",
	},
	"bulk/schema": {"request", "github.com/google/jsonschema-go/jsonschema"},
	"observe/otel": {
		"request", "dispatcher", "policy/router", "go.opentelemetry.io/otel", "go.opentelemetry.io/otel/attribute",
		"go.opentelemetry.io/otel/codes", "go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/trace",
	},
	"observe/prom": {
		"request", "dispatcher", "github.com/prometheus/client_golang/prometheus", "github.com/prometheus/client_golang/prometheus/promhttp",
	},
	"config": {
		".", "request", "policy", "ledger", "cache", "providers", "internal/wire",
		"github.com/goccy/go-yaml", "github.com/goccy/go-yaml/ast", "github.com/goccy/go-yaml/parser",
	},
	"bench":            {"request", "bench/measure", "bench/pace", "bench/prompt", "bench/report", "internal/cputime", "internal/tokens"},
	"bench/guard":      {},
	"bench/limits":     {"request", "bench/report", "internal/limiter"},
	"bench/histogram":  {"github.com/HdrHistogram/hdrhistogram-go"},
	"bench/measure":    {"request", "bench/histogram"},
	"bench/pace":       {"internal/chance"},
	"bench/prompt":     {"request", "bench/pace", "bench/sim", "internal/tokens", "internal/words", "providers/openai"},
	"bench/raw":        {"request", "internal/wire"},
	"bench/report":     {"request", "bench/histogram", "bench/measure", "internal/chance"},
	"internal/chance":  {},
	"internal/cputime": {},
	"internal/words":   {},
	"bulk/source": {
		"request", "internal/dense", "internal/dialect", "internal/fields", "internal/jsontext", "providers/anthropic", "providers/gemini",
		"providers/openai",
		"github.com/klauspost/compress/zstd",
	},
	"bulk/viabatch":       {"request", "policy"},
	"examples/quickstart": {"."},
	"examples/fallback":   {"."},
	"examples/batch":      {".", "bulk", "bulk/source"},
	"examples/documents":  {".", "bulk/document", "cache", "store/sqlite"},
	"examples/extraction": {".", "bulk/schema"},
}

const (
	maxFileLines     = 400
	maxFunctionLines = 80
)

// vague names say nothing of what a package is for.
var vague = []string{"util", "utils", "common", "helpers", "helper", "types", "misc", "shared", "base"}

func TestLayout(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range goFiles(t) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.FromSlash(name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		checkLength(t, name, set, file)
		folder := path.Dir(name)
		if slices.Contains(vague, path.Base(folder)) {
			t.Errorf("%s: a package named %q says nothing of what it is for", name, path.Base(folder))
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		row, ok := allowed[folder]
		if !ok {
			t.Errorf("%s: package %s has no row in the table of allowed imports; add one", name, folder)
		}
		seen[folder] = true
		for _, spec := range file.Imports {
			checkImport(t, name, spec, row)
		}
	}
	for folder := range allowed {
		if !seen[folder] {
			t.Errorf("the table of allowed imports has a row for %s, where there is no code; remove it", folder)
		}
	}
}

// goFiles lists the module's own files; nested modules and test data are not its own.
func goFiles(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			nested, _ := filepath.Glob(filepath.Join(name, "go.mod"))
			if name != "." && (len(nested) > 0 || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
				return filepath.SkipDir
			}
		} else if strings.HasSuffix(name, ".go") {
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("found %d files: %v", len(names), err)
	}
	return names
}

func checkLength(t *testing.T, name string, set *token.FileSet, file *ast.File) {
	t.Helper()
	if n := set.File(file.Pos()).LineCount(); n > maxFileLines {
		t.Errorf("%s has %d lines; split it by idea below %d", name, n, maxFileLines)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > maxFunctionLines {
			t.Errorf("%s: function %s has %d lines; keep it within %d", name, f.Name.Name, n, maxFunctionLines)
		}
	}
}

func checkImport(t *testing.T, name string, spec *ast.ImportSpec, row []string) {
	t.Helper()
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return // the standard library
	}
	short := strings.TrimPrefix(imported, module+"/")
	if imported == module {
		short = "."
	}
	if !slices.Contains(row, short) {
		t.Errorf("%s imports %s, which its package's row in the table of allowed imports does not list", name, short)
	}
}
