// What the pages of keys ask of the API.
import { call, pathOf } from '../lib/api.js';
import { textOf } from '../lib/format.js';

const base64 = content => {
  let text = '';
  for (const byte of content) text += String.fromCharCode(byte);
  return btoa(text);
};

// Kv takes a name that ends in * for a prefix, unless the call says otherwise. Only stores of earlier versions hold such keys.
const literal = key => (key.endsWith('*') ? 'true' : undefined);

/** The most entries of a page, unless the call asks for another number. */
export const usualPage = 200;

export const list = query => call('GET', 'kv', { query: { fields: 'meta', ...query, limit: query.limit ?? usualPage } });

export const count = prefix => call('HEAD', 'kv', { query: { prefix } });

export const read = (key, revision) => call('GET', pathOf('kv', key), { query: { raw: 'true', literal: literal(key), revision } });

export const longPoll = (key, etag) => call('GET', pathOf('kv', key), {
  query: { wait: 30, literal: literal(key) }, headers: { 'If-None-Match': etag },
});

export const history = (key, cursor) => call('GET', pathOf('history', key), { query: { limit: 20, cursor } });

export const remove = (key, etag) => call('DELETE', pathOf('kv', key), {
  query: { literal: literal(key) }, headers: etag ? { 'If-Match': etag } : {},
});

export const changeTtl = (key, etag, ttl) => call('PATCH', pathOf('kv', key), {
  query: { literal: literal(key) }, json: { ttl },
  headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': etag },
});

export const removeAll = (prefix, isDryRun) => call('DELETE', 'kv', { query: { prefix, dry_run: isDryRun ? 'true' : undefined } });

export const copyAll = ({ cursor, ...copy }) => call('POST', 'copy', { json: { ...copy, cursor: cursor ?? undefined } });

/**
 * A write. `contentType` null stores the value as JSON calls do, without a type; `etag` null creates.
 * `ttl` is seconds, 'never', or undefined for what the deployment sets.
 */
export function write(key, { content, contentType, ttl, etag }) {
  const condition = etag ? { 'If-Match': etag } : { 'If-None-Match': '*' };
  if (contentType === null) {
    const text = textOf(content);
    return call('PUT', pathOf('kv', key), {
      headers: condition,
      json: text === null ? { value: base64(content), encoding: 'base64', ttl } : { value: text, ttl },
    });
  }
  return call('PUT', pathOf('kv', key), {
    query: { raw: 'true' },
    headers: { 'Content-Type': contentType, ...(ttl === undefined ? {} : { 'KV-TTL': String(ttl) }), ...condition },
    body: content,
  });
}

/** A key with its value and what is known of it; null when there is no such key. */
export async function load(api, key, signal) {
  for (let attempt = 0; ; attempt++) {
    const [response, page] = await Promise.all([
      api.send(read(key), { signal, expected: [404] }),
      api.json(list({ prefix: key, limit: 1 }), { signal }),
    ]);
    if (response.status === 404) return null;
    const etag = response.headers.get('ETag');
    const meta = page.items[0]?.key === key ? page.items[0] : {};
    // A write between both answers: read again, but not for ever.
    if (`"${meta.etag}"` !== etag && attempt < 3) continue;
    const content = new Uint8Array(await response.arrayBuffer());
    return {
      key, content, etag,
      text: textOf(content),
      contentType: meta.content_type ?? null,
      expireAt: meta.expire_at ?? null,
      version: meta.version,
      createRevision: meta.create_revision,
    };
  }
}

/** The TTL that keeps a key's deadline through a write; null when the deadline has passed. */
export function remaining(expireAt) {
  if (expireAt === null) return 'never';
  const seconds = Math.ceil(expireAt - Date.now() / 1000);
  return seconds > 0 ? seconds : null;
}

export const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** How a value is shown best. */
export function kindOf({ content, contentType, text }) {
  if (contentType && /^image\/(png|jpeg|gif|webp|avif|bmp|x-icon|svg\+xml)\b/i.test(contentType)) return 'image';
  if (text === null) return 'hex';
  if (contentType && /[/+]json\b/i.test(contentType)) return 'json';
  return content.length <= 262_144 && /^\s*[[{]/.test(text) ? 'json' : 'text';
}

