// What a strict client makes of the sandbox: it does calls with AWS's SDK for Go, which the
// official provider uses too. Its readers refuse a number that came as text.
//
// A line on stdin asks, {"service", "operation", "input"}; a line on stdout answers, {"output"}, or
// {"error"} with the Go type that the SDK made of it. AWS_ENDPOINT_URL says where.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

type question struct {
	Service   string          `json:"service"`
	Operation string          `json:"operation"`
	Input     json.RawMessage `json:"input"`
}

type failure struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type answer struct {
	Output any      `json:"output,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

func main() {
	clients := connect(os.Getenv("AWS_ENDPOINT_URL"))
	lines := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if err := out.Encode(ask(clients, line)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func connect(endpoint string) map[string]any {
	keys := func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
	}
	config := aws.Config{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(endpoint),
		Credentials:      aws.CredentialsProviderFunc(keys),
		RetryMaxAttempts: 1, // what goes wrong is seen
		HTTPClient:       &http.Client{Transport: plain{http.DefaultTransport}},
	}
	return map[string]any{
		"apigateway": apigateway.NewFromConfig(config),
		"cloudwatch": cloudwatch.NewFromConfig(config),
		"iam":        iam.NewFromConfig(config),
		"lambda":     lambda.NewFromConfig(config),
		"logs":       cloudwatchlogs.NewFromConfig(config),
	}
}

// plain sends bodies that can only be read. The SDK closes a body once the answer's head is there;
// one that can also write itself tells the transport then that it failed, which cuts the connection
// while the answer is read. A server as near as this one loses a call in a thousand to that race.
type plain struct{ http.RoundTripper }

func (p plain) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request = request.WithContext(request.Context()) // a copy: the SDK's own stays as it is
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return p.RoundTripper.RoundTrip(request)
}

func ask(clients map[string]any, line []byte) answer {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: told(err)}
	}
	client, known := clients[asked.Service]
	if !known {
		return answer{Error: told(fmt.Errorf("no client of %q", asked.Service))}
	}
	call := reflect.ValueOf(client).MethodByName(asked.Operation)
	if !call.IsValid() {
		return answer{Error: told(fmt.Errorf("%s has no %q", asked.Service, asked.Operation))}
	}
	input := reflect.New(call.Type().In(1).Elem())
	reader := json.NewDecoder(strings.NewReader(string(asked.Input)))
	reader.DisallowUnknownFields()
	if err := reader.Decode(input.Interface()); err != nil {
		return answer{Error: told(err)}
	}
	results := call.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	if err, failed := results[1].Interface().(error); failed {
		return answer{Error: told(err)}
	}
	return answer{Output: results[0].Interface()}
}

// told names the type of an error that AWS answered; any other failure has no code.
func told(err error) *failure {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		kind := fmt.Sprintf("%T", refused)
		return &failure{Type: kind, Code: refused.ErrorCode(), Message: refused.ErrorMessage()}
	}
	return &failure{Type: fmt.Sprintf("%T", err), Message: err.Error()}
}
