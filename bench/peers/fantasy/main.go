// Command fantasy makes the measurements of the client of that name for the command peers, which starts it. It is a module of its
// own because fantasy does not compile with the version of openai-go that is compared there.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"charm.land/fantasy"
	"charm.land/fantasy/providers/openai"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func main() {
	cell.ObeyIfAsked(func(name string) (cell.Open, bool) { return open, name == "fantasy" })
	fmt.Fprintln(os.Stderr, "fantasy: it is started by peers: go -C bench/peers run .")
	os.Exit(2)
}

func open(s cell.Site) (*cell.Client, error) {
	httpClient := s.Client()
	provider, err := openai.New(openai.WithAPIKey("sk-benchmark"), openai.WithBaseURL(s.Chat()), openai.WithHTTPClient(httpClient))
	if err != nil {
		return nil, err
	}
	model, err := provider.LanguageModel(context.Background(), "gpt-4o-mini")
	if err != nil {
		return nil, err
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, err := retrying[*fantasy.Response]()(ctx, func() (*fantasy.Response, error) { return model.Generate(ctx, call()) })
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Content.Text(), In: int(r.Usage.InputTokens), Out: int(r.Usage.OutputTokens)}, nil
		},
		Stream: func(ctx context.Context) (cell.Answer, error) {
			return retrying[cell.Answer]()(ctx, func() (cell.Answer, error) {
				parts, err := model.Stream(ctx, call())
				if err != nil {
					return cell.Answer{}, err
				}
				return read(parts)
			})
		},
		Close: httpClient.CloseIdleConnections,
	}, nil
}

// retrying is what fantasy's agents do around each call of a model. It waits as long before each try: doubled waits, its default, would
// outlast the comparison.
func retrying[T any]() fantasy.RetryFunction[T] {
	return fantasy.RetryWithExponentialBackoffRespectingRetryHeaders[T](fantasy.RetryOptions{
		MaxRetries: cell.Retries, InitialDelayIn: 500 * time.Millisecond, BackoffFactor: 1,
	})
}

func call() fantasy.Call {
	return fantasy.Call{
		Prompt:          fantasy.Prompt{fantasy.NewSystemMessage(yardstick.System), fantasy.NewUserMessage(yardstick.Prompt)},
		MaxOutputTokens: new(int64(300)), Temperature: new(0.7),
	}
}

func read(parts fantasy.StreamResponse) (got cell.Answer, _ error) {
	var text strings.Builder
	for part := range parts {
		switch part.Type {
		case fantasy.StreamPartTypeTextDelta:
			text.WriteString(part.Delta)
		case fantasy.StreamPartTypeFinish:
			got.In, got.Out = int(part.Usage.InputTokens), int(part.Usage.OutputTokens)
		case fantasy.StreamPartTypeError:
			return cell.Answer{}, part.Error
		}
	}
	got.Text = text.String()
	return got, nil
}
