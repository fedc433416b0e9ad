// Watches the credentials that the default chain of the AWS SDK for Go finds: a line for each access key id, and for what went wrong.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
)

func main() {
	ctx := context.Background()
	chain, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	last := ""
	for {
		said := ""
		if found, err := chain.Credentials.Retrieve(ctx); err != nil {
			said = fmt.Sprint("error ", err)
		} else {
			said = "key " + found.AccessKeyID
		}
		if said != last {
			fmt.Println(said)
			last = said
		}
		time.Sleep(300 * time.Millisecond)
	}
}
