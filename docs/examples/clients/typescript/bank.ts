// A bank's day by generated types: submit, follow, report, claim, and read what is wrong.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components as Applications, paths as ApplicationsPaths } from "./applications.js";
import type { components as RiskPool, paths as RiskPoolPaths } from "./risk_pool.js";

const headers = { Authorization: `Bearer ${process.env.TOKEN}` };
const bank = createClient<ApplicationsPaths>({ baseUrl: process.env.APPLICATIONS, headers });
const pool = createClient<RiskPoolPaths>({ baseUrl: process.env.RISK_POOL, headers });
const said = <T>(name: string): T => JSON.parse(readFileSync(`${name}.json`, "utf8"));
const once = () => ({ header: { "Idempotency-Key": randomUUID() } });

const application = said<Applications["schemas"]["SubmissionBody"]>("application");
const submitted = await bank.POST("/api/v1/applications", { params: once(), body: application });
console.log("submitted", submitted.data?.state);

let cursor: string | undefined;
for (;;) {
  const { data: page } = await bank.GET("/api/v1/events", { params: { query: { cursor, limit: 100 } } });
  const told = page?.items.find((event) => event.subject === submitted.data?.number);
  if (told) {
    console.log("followed", told.type);
    break;
  }
  if (!page?.items.length) await setTimeout(1000); // at the end there is nothing new yet
  cursor = page?.next_cursor;
}

const report = said<Applications["schemas"]["PositionsBody"]>("report");
const reported = await bank.POST("/api/v1/positions", { params: once(), body: report });
console.log("reported", reported.data?.accepted, "of", report.items.length);

const claim = said<RiskPool["schemas"]["NewClaim"]>("claim");
const claimed = await pool.POST("/api/v1/claims", { params: once(), body: claim });
console.log("claimed", claimed.data?.state);

const wrong = await bank.POST("/api/v1/positions", { params: once(), body: { ...report, month: "2025-13" } });
if (!wrong.error || !("errors" in wrong.error)) throw new Error("a month that cannot be was taken");
console.log("problem", wrong.error.code, wrong.error.errors?.[0].pointer);
