// Reads {secret, deliveries: [{body, headers}]} and writes, one a line, whether the library takes each.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

type delivery struct {
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers"`
}

func main() {
	var given struct {
		Secret     string     `json:"secret"`
		Deliveries []delivery `json:"deliveries"`
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(text, &given); err != nil {
		panic(err)
	}
	webhook, err := standardwebhooks.NewWebhook(given.Secret)
	if err != nil {
		panic(err)
	}
	for _, one := range given.Deliveries {
		headers := http.Header{}
		for name, value := range one.Headers {
			headers.Set(name, value)
		}
		if webhook.Verify([]byte(one.Body), headers) == nil {
			fmt.Println("taken")
		} else {
			fmt.Println("refused")
		}
	}
}
