// A call as a command for a POSIX shell. The credential stays out: the command names a variable.
import { base } from './api.js';

const longest = 8192;

const quoted = text => `'${text.replaceAll("'", `'\\''`)}'`;

// encodeURIComponent leaves these; within single quotes a shell takes all of them as they are, except the quote itself.
export function curlOf(api, request) {
  const parts = ['curl'];
  if (request.method !== 'GET') parts.push('-X', request.method);
  parts.push(quoted(new URL(request.path, base).href));
  const headers = { ...(request.hasNoTenant ? {} : api.tenantHeaders()), ...request.headers };
  for (const [name, value] of Object.entries(headers)) parts.push('-H', quoted(`${name}: ${value}`));
  if (api.credential) parts.push('-H', '"Authorization: Bearer $KV_KEY"');
  if (typeof request.body === 'string' && request.body.length <= longest) parts.push('--data-binary', quoted(request.body));
  else if (request.body !== undefined) parts.push('--data-binary', '@value');
  return parts.join(' ');
}
