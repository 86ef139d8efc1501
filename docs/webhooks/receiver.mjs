// Receives Kv's webhooks and checks their signatures: node receiver.mjs whsec_... [port]
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.argv[2].replace(/^whsec_/, ""), "base64");
const port = Number(process.argv[3] ?? 9000);
const seen = new Set(); // In production, keep them where they outlive the process.

// Why a call is refused; undefined for a genuine one.
function refusal(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (signatures === "") return "it is not signed: the webhook has no secret";
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300))
    return "its timestamp is not within 5 minutes: it may be a recorded call, or a clock is wrong";
  const expected = Buffer.from(
    "v1," + createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64"));
  // While a secret is being rotated there are two signatures.
  const matches = signatures.split(" ").some((given) =>
    given.length === expected.length && timingSafeEqual(Buffer.from(given), expected));
  if (!matches) return "its signature does not match: the webhook has another secret, or the body was changed";
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const id = request.headers["webhook-id"];
  const why = refusal(request.headers, body);
  if (why) {
    console.log("refused:", why);
  } else if (!seen.has(id)) {
    seen.add(id);
    console.log("received", JSON.parse(body).event);
  }
  response.writeHead(why ? 401 : 204).end();
}).listen(port, "127.0.0.1");
