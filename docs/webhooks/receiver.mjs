// Receives Kv's webhooks and checks their signatures: node receiver.mjs whsec_... [port]
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.argv[2].replace(/^whsec_/, ""), "base64");
const port = Number(process.argv[3] ?? 9000);
const seen = new Set(); // In earnest: where it outlives the process.

function isGenuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  // Too old: somebody may be sending a recorded call again.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const expected = Buffer.from(
    "v1," + createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64"));
  // While a secret is being rotated there are two signatures.
  return signatures.split(" ").some((given) =>
    given.length === expected.length && timingSafeEqual(Buffer.from(given), expected));
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const id = request.headers["webhook-id"];
  const genuine = isGenuine(request.headers, body);
  if (genuine && !seen.has(id)) {
    seen.add(id);
    console.log("received", JSON.parse(body).event);
  }
  response.writeHead(genuine ? 204 : 401).end();
}).listen(port, "127.0.0.1");
