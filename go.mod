module github.com/seed63918563/llmgate

go 1.26.0
