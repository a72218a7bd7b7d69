// Reads {secret, headers, body} and says whether the message is ours, and what it is when changed.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const webhook = new Webhook(secret);
let changed = null;
try {
  webhook.verify(`${body} `, headers);
} catch (error) {
  changed = error.message;
}
console.log(JSON.stringify({ message: webhook.verify(body, headers), changed }));
