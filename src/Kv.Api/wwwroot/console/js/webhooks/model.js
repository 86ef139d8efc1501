// What the pages of webhooks ask of the API.
import { ApiError, call, pathOf } from '../lib/api.js';

const at = (id, action) => `${pathOf('webhooks', id)}${action ? `/${action}` : ''}`;

/** The webhooks of the tenant, or those for keys with a prefix. */
export const list = (prefix = '') => call('GET', prefix === '' ? 'webhooks' : pathOf('webhooks', `${prefix}*`));
export const get = id => call('GET', at(id));
export const register = settings => call('POST', 'webhooks', { json: settings });
export const change = (id, settings) => call('PUT', at(id), { json: settings });
export const remove = id => call('DELETE', at(id));
export const ping = id => call('POST', at(id, 'ping'));
export const rotateSecret = id => call('POST', at(id, 'rotate-secret'));
export const replay = (id, since) => call('POST', at(id, 'replay'), { json: { since } });
export const deliveries = (id, status, cursor) => call('GET', at(id, 'deliveries'), { query: { status, cursor, limit: 50 } });
export const redeliver = id => call('POST', `${pathOf('deliveries', id)}/redeliver`);

export const redeliverFailed = id => call('POST', at(id, 'redeliver-failed'));
export const explainKey = (id, key) => call('GET', at(id, 'explain'), { query: { key } });

/** The webhooks that the credential reaches: those of its prefixes, where it has no grant for all keys. */
export async function listAll(api, signal) {
  const lists = await Promise.all(api.scope.prefixesOf('webhooks').map(prefix => api.json(list(prefix), { signal })));
  return [...new Map(lists.flat().map(webhook => [webhook.id, webhook])).values()];
}

/** A webhook. The API shows it by its id only to a credential for all keys, to others in their list. */
export async function load(api, id, signal) {
  if (api.scope.may('webhooks')) return api.json(get(id), { signal });
  const found = (await listAll(api, signal)).find(webhook => webhook.id === id);
  if (!found) throw new ApiError(404, { detail: 'The credential reaches no webhook with this id.' });
  return found;
}

export const eventsOf = webhook => [webhook.event].flat();

/** Why an attempt failed, for a person who has not read the code of the receiver. */
export function explain({ status, error }) {
  if (status === null || status === undefined) return error ?? 'There was no answer.';
  if (status >= 200 && status < 300) return 'The receiver accepted it.';
  if (status >= 300 && status < 400) return 'The receiver redirects elsewhere, and Kv follows no redirects. Register the address it redirects to.';
  const known = {
    400: 'The receiver does not understand the message.',
    401: 'The receiver asks for credentials, or rejects the signature. Check the secret and the headers.',
    403: 'The receiver refuses the caller. Check the secret and the headers.',
    404: 'There is nothing at this path of the receiver. Check the endpoint.',
    405: 'The receiver does not take this method. Check the method.',
    408: 'The receiver gave up waiting for the message.',
    410: 'The receiver says that it is gone for good, so Kv disabled the webhook.',
    413: 'The message is too large for the receiver.',
    415: 'The receiver does not take JSON.',
    429: 'The receiver asks for fewer calls. Kv tries later.',
    502: 'A gateway in front of the receiver got no good answer from it.',
    503: 'The receiver is busy or down for maintenance.',
    504: 'A gateway in front of the receiver waited in vain for it.',
    508: 'The webhook leads back to Kv itself.',
  };
  return known[status] ?? (status >= 500 ? 'The receiver has a fault of its own. Look into its log.' : 'The receiver rejects the message.');
}
