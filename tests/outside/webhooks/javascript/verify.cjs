// Reads {secret, deliveries: [{body, headers}]} and writes, one a line, whether the library takes each.
const { readFileSync } = require("node:fs");
const { Webhook } = require("standardwebhooks");

const { secret, deliveries } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const webhook = new Webhook(secret);
for (const { body, headers } of deliveries) {
  try {
    webhook.verify(body, headers);
    console.log("taken");
  } catch (error) {
    console.log("refused");
  }
}
