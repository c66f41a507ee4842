module github.com/seed63918563/llmgate

go 1.26.0

require (
	github.com/google/jsonschema-go v0.4.3 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
