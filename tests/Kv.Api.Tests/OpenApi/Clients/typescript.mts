// Uses the types that openapi-typescript generates, with openapi-fetch, against the Kv whose address is the argument.
import createClient from 'openapi-fetch';
import type { paths } from './kv.d.ts';

const baseUrl = process.argv[2]!;
const kv = createClient<paths>({ baseUrl, headers: { 'KV-App-Name': 'typescript' } });

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${what}: not as it should be`);
}

const key = { params: { path: { key: 'user:42' } } };
const set = await kv.PUT('/kv/{key}', { ...key, body: { value: 'Ada', ttl: 60 } });
check(set.data?.value === 'Ada' && set.data.ttl === 60, 'set');
const got = await kv.GET('/kv/{key}', { ...key, parseAs: 'json' });
check(typeof got.data === 'object' && got.data.value === 'Ada', 'get');

const etag = set.response.headers.get('ETag')!;
const match = { params: { path: { key: 'user:42' }, header: { 'If-Match': etag } } };
check((await kv.PUT('/kv/{key}', { ...match, body: { value: 'Grace' } })).response.status === 200, 'conditional set');
const stale = await kv.PUT('/kv/{key}', { ...match, body: { value: 'lost' } });
check(stale.response.status === 412 && stale.error?.error === 'Precondition failed', 'a stale condition');

const listed = await kv.GET('/kv', { params: { query: { prefix: 'user:', fields: 'meta', limit: 10 } } });
check(listed.data?.items.length === 1, 'list');
const bulk = await kv.POST('/bulk', { body: [{ op: 'get', key: 'user:42' }, { op: 'set', key: 'bytes', value: '/wA=', encoding: 'base64' }] });
check(bulk.data?.results[0]?.value === 'Grace', 'bulk');
const transaction = await kv.POST('/txn', {
  body: { compare: [{ key: 'user:42', value: 'Grace' }], success: [{ op: 'delete', key: 'bytes' }], failure: [] },
});
check(transaction.data?.succeeded === true, 'transaction');

const webhook = await kv.POST('/webhooks', { body: { key: 'user:*', event: 'update', endpoint: 'http://127.0.0.1:9/' } });
const id = webhook.data!.id;
check((await kv.GET('/webhooks/{id}', { params: { path: { id } } })).data?.endpoint === 'http://127.0.0.1:9/', 'webhook');
const exported = await kv.GET('/export', { parseAs: 'text' });
check(String(exported.data).includes('user:42'), 'export');
check((await kv.HEAD('/kv/{key}', key)).response.status === 200, 'head');
check((await kv.DELETE('/kv/{key}', key)).response.status === 204, 'delete');
