// A bank's day by a generated client: submit, follow, report, claim, and read what is wrong.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

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

	limit, told := 100, []string{}
	asked := &applications.FeedParams{Limit: &limit}
	page := must(bank.FeedWithResponse(ctx, asked))
	for len(page.JSON200.Items) > 0 {
		for _, event := range page.JSON200.Items {
			if event.Subject == submitted.JSON201.Id.String() {
				told = append(told, event.Type)
			}
		}
		asked.Cursor = &page.JSON200.NextCursor
		page = must(bank.FeedWithResponse(ctx, asked))
	}
	fmt.Println("followed", told[0])

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
