// A collector of traces that reads OTLP over HTTP with the OpenTelemetry Collector's own reader, and prints each span that it took as a
// line of JSON. The first line is its URL.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

type span struct {
	TraceID    string         `json:"traceId"`
	SpanID     string         `json:"spanId"`
	ParentID   string         `json:"parentId"`
	Name       string         `json:"name"`
	Kind       string         `json:"kind"`
	Start      string         `json:"start"`
	End        string         `json:"end"`
	Attributes map[string]any `json:"attributes"`
	Status     string         `json:"status"`
	Resource   map[string]any `json:"resource"`
}

func linesOf(traces ptrace.Traces) []span {
	var found []span
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, one := range scope.Spans().All() {
				parent := ""
				if !one.ParentSpanID().IsEmpty() {
					parent = one.ParentSpanID().String()
				}
				found = append(found, span{
					TraceID: one.TraceID().String(), SpanID: one.SpanID().String(), ParentID: parent,
					Name: one.Name(), Kind: one.Kind().String(), Status: one.Status().Code().String(),
					Start: strconv.FormatUint(uint64(one.StartTimestamp()), 10), End: strconv.FormatUint(uint64(one.EndTimestamp()), 10),
					Attributes: one.Attributes().AsRaw(), Resource: resource.Resource().Attributes().AsRaw(),
				})
			}
		}
	}
	return found
}

func take(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil || request.Header.Get("Content-Type") != "application/json" {
		http.Error(response, "not JSON", http.StatusUnsupportedMediaType)
		return
	}
	export := ptraceotlp.NewExportRequest()
	if err := export.UnmarshalJSON(body); err != nil {
		fmt.Fprintln(os.Stderr, err)
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	for _, line := range linesOf(export.Traces()) {
		text, err := json.Marshal(line)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(text))
	}
	answer, _ := ptraceotlp.NewExportResponse().MarshalJSON()
	response.Header().Set("Content-Type", "application/json")
	response.Write(answer)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	http.HandleFunc("POST /v1/traces", take)
	log.Fatal(http.Serve(listener, nil))
}
