// Sets, reads and changes keys: node docs/clients/client.mjs
const kv = process.env.KV ?? "http://localhost:8080";
const tenant = { "KV-Namespace": "examples", "KV-App-Name": "javascript" };
const json = { ...tenant, "Content-Type": "application/json" };

// A key that expires in an hour. fetch sends text/plain unless told that it is JSON.
await fetch(`${kv}/kv/user:42`, { method: "PUT", headers: json, body: JSON.stringify({ value: "Ada", ttl: 3600 }) });

// Read it with its version.
const read = await fetch(`${kv}/kv/user:42`, { headers: tenant });
const entry = await read.json();
console.log(`${entry.key} is ${entry.value}`);

// Change it, unless it was changed meanwhile. The answer to a lost race is 412.
const changed = await fetch(`${kv}/kv/user:42`, {
  method: "PUT", headers: { ...json, "If-Match": read.headers.get("ETag") }, body: JSON.stringify({ value: "Ada Lovelace" }),
});
console.log(changed.status === 412 ? "someone else was faster" : "changed");

// Escape a key in a path: it may hold any character.
const missing = await fetch(`${kv}/kv/${encodeURIComponent("a/b c")}`, { headers: tenant });
console.log(`a key that is not there: ${missing.status}`);
