// A bank's day by a generated client: submit, follow, report, claim, and read what is wrong.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"

	"bank/applications"
	"bank/risk_pool"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func said[T any](name string) (value T) {
	if err := json.Unmarshal(must(os.ReadFile(name+".json")), &value); err != nil {
		panic(err)
	}
	return
}

func main() {
	ctx := context.Background()
	login := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
		return nil
	}
	bank := must(applications.NewClientWithResponses(os.Getenv("APPLICATIONS"), applications.WithRequestEditorFn(login)))
	pool := must(risk_pool.NewClientWithResponses(os.Getenv("RISK_POOL"), risk_pool.WithRequestEditorFn(login)))

	application := said[applications.SubmissionBody]("application")
	submitted := must(bank.SubmitWithResponse(ctx, &applications.SubmitParams{IdempotencyKey: uuid.NewString()}, application))
	fmt.Println("submitted", submitted.JSON201.State)

	told, asked := "", &applications.FeedParams{}
	for told == "" {
		page := must(bank.FeedWithResponse(ctx, asked)).JSON200
		for _, event := range page.Items {
			if told == "" && event.Subject == submitted.JSON201.Number {
				told = event.Type
			}
		}
		if len(page.Items) == 0 { // at the end there is nothing new yet
			time.Sleep(time.Second)
		}
		asked.Cursor = &page.NextCursor
	}
	fmt.Println("followed", told)

	report := said[applications.PositionsBody]("report")
	once := func() *applications.ReportPositionsParams {
		return &applications.ReportPositionsParams{IdempotencyKey: uuid.NewString()}
	}
	reported := must(bank.ReportPositionsWithResponse(ctx, once(), report))
	fmt.Println("reported", reported.JSON200.Accepted, "of", len(report.Items))

	claim := said[risk_pool.NewClaim]("claim")
	claimed := must(pool.FileClaimWithResponse(ctx, &risk_pool.FileClaimParams{IdempotencyKey: uuid.NewString()}, claim))
	fmt.Println("claimed", claimed.JSON201.State)

	report.Month = "2025-13"
	problem := must(bank.ReportPositionsWithResponse(ctx, once(), report)).ApplicationproblemJSON422
	fmt.Println("problem", problem.Code, *problem.Errors[0].Pointer)
}
