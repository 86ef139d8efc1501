// A call as a command for a POSIX shell. The credential stays out: the command names a variable.
import { base } from './api.js';
import { textOf } from './format.js';

const longest = 8192;

const quoted = text => `'${text.replaceAll("'", `'\\''`)}'`;

// encodeURIComponent leaves these; within single quotes a shell takes all of them as they are, except the quote itself.
export function curlOf(api, request) {
  const parts = ['curl'];
  // With -X HEAD curl would wait for a body.
  if (request.method === 'HEAD') parts.push('--head');
  else if (request.method !== 'GET') parts.push('-X', request.method);
  parts.push(quoted(new URL(request.path, base).href));
  const headers = { ...(request.hasNoTenant ? {} : api.tenantHeaders()), ...request.headers };
  for (const [name, value] of Object.entries(headers)) parts.push('-H', quoted(`${name}: ${value}`));
  if (api.settings.asks_for_credential) parts.push('-H', '"Authorization: Bearer $KV_KEY"');
  if (request.body !== undefined) parts.push(...dataOf(request.body));
  return parts.join(' ');
}

// A text is in the command. Anything else is in a file beside it: a shell takes no NUL, and a long command is hard to read.
function dataOf(body) {
  const text = typeof body === 'string' ? body : body instanceof Uint8Array ? textOf(body) : null;
  if (text !== null && text.length <= longest && !text.includes('\0')) return ['--data-raw', quoted(text)];
  return ['--data-binary', quoted(`@${body?.name ?? 'value'}`)];
}
