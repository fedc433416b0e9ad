// Uploads behind `token-broker sign` as MinIO's client for Go does over plain http: chunks that are signed one by one, with and
// without a trailer. `main BUCKET allowed|refused` prints ok.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func main() {
	bucket, want := os.Args[1], os.Args[2]
	endpoint, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		log.Fatal(err)
	}
	for _, trailing := range []bool{false, true} {
		client, err := minio.New(endpoint.Host, &minio.Options{
			Creds:           credentials.NewEnvAWS(),
			Region:          os.Getenv("AWS_REGION"),
			BucketLookup:    minio.BucketLookupPath,
			TrailingHeaders: trailing,
		})
		if err != nil {
			log.Fatal(err)
		}
		body := make([]byte, 300_000)
		rand.New(rand.NewSource(1)).Read(body)
		options := minio.PutObjectOptions{DisableMultipart: true}
		if trailing {
			options.Checksum = minio.ChecksumCRC32C
		}
		_, err = client.PutObject(context.Background(), bucket, "chunks", bytes.NewReader(body), int64(len(body)), options)
		if want == "refused" {
			signed := "STREAMING-AWS4-HMAC-SHA256-PAYLOAD is refused: --allow-streaming"
			if trailing {
				signed = strings.Replace(signed, "PAYLOAD", "PAYLOAD-TRAILER", 1)
			}
			if err == nil || !strings.Contains(err.Error(), signed) {
				log.Fatalf("not refused as %s: %v", signed, err)
			}
			continue
		}
		if err != nil {
			log.Fatal(err)
		}
		object, err := client.GetObject(context.Background(), bucket, "chunks", minio.GetObjectOptions{})
		if err != nil {
			log.Fatal(err)
		}
		back, err := io.ReadAll(object)
		if err != nil || !bytes.Equal(back, body) {
			log.Fatalf("%d octets came back: %v", len(back), err)
		}
	}
	fmt.Println("ok")
}
