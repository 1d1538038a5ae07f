// Reads messages as `kcat -J` prints them, one a line, and prints what the SDK makes of each.
import { readFileSync } from "node:fs";
import { Kafka } from "cloudevents";

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  const { headers, key, payload } = JSON.parse(line);
  const named = {};
  for (let n = 0; n < headers.length; n += 2) named[headers[n]] = headers[n + 1];
  const event = Kafka.toEvent({ headers: named, key, value: payload, timestamp: "0" });
  event.validate();
  console.log(JSON.stringify({
    id: event.id, type: event.type, source: event.source, subject: event.subject,
    institution: event.institution ?? "", traceparent: event.traceparent, data: event.data,
    sequence: event.sequence, epoch: event.epoch,
  }));
}
