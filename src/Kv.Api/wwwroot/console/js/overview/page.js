// The last hour of the replica that answers, and the state of the deployment.
import { html, useEffect } from '../lib/html.js';
import { call } from '../lib/api.js';
import { bytes, duration, number, time } from '../lib/format.js';
import { useLoad } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Badge, Button, CurlButton, Problem, Skeleton } from '../ui/parts.js';
import { Plot } from './plot.js';

const request = call('GET', 'admin/overview', { hasNoTenant: true });

export function OverviewPage() {
  const api = useApi();
  const { value: overview, error, isLoading, reload } = useLoad(
    signal => api.json(request, { signal }), []);
  const seconds = overview?.point_seconds ?? 15;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || reload(), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  const points = overview?.points ?? [];
  const values = name => points.map(point => point[name]);
  const rates = name => points.map(point => point[name] / seconds);
  const times = points.map(point => point.at);
  return html`
    <header class="page-head">
      <h1>Overview</h1>
      <span class="muted">the last hour of the replica that answers, over all tenants</span>
      <span class="grow"></span>
      <${CurlButton} request=${request} what="this overview" />
      <${Button} kind="quiet" icon="refresh" label="Reload the overview" onClick=${reload} />
    </header>
    <${Problem} error=${error} retry=${reload} />
    ${isLoading && !overview && html`<${Skeleton} lines=${6} />`}
    ${overview && html`
      <div class="cards"><${Store} store=${overview.store} /><${Replicas} overview=${overview} /></div>
      ${points.length === 0
        ? html`<p class="hint first-point" role="status">This replica has just started. Its first figures come within ${seconds} seconds.</p>`
        : html`<div class="plots">
            <${Plot} title="Requests" unit="a second" times=${times} series=${[
              { title: 'all', color: 'accent', values: rates('requests') }, { title: '4xx', color: 'warn', values: rates('refused') },
              { title: '5xx', color: 'bad', values: rates('failed') }]} />
            <${Plot} title="Latency" unit="ms" times=${times} series=${[
              { title: 'p50', color: 'accent', values: values('p50_ms') }, { title: 'p99', color: 'warn', values: values('p99_ms') }]} />
            <${Plot} title="Calls of webhooks" unit="a second" times=${times} series=${[
              { title: 'accepted', color: 'good', values: rates('deliveries_accepted') }, { title: 'refused', color: 'warn', values: rates('deliveries_refused') },
              { title: 'unanswered', color: 'bad', values: rates('deliveries_unanswered') }]} />
            <${Plot} title="Watch lag" unit="s" times=${times} series=${[{ title: 'behind the writes', color: 'accent', values: values('lag_seconds') }]} />
          </div>`}`}`;
}

function Store({ store }) {
  const [word, kind] = store.error ? ['does not answer', 'bad'] : store.refusal ? ['refuses writes', 'warn'] : ['healthy', 'good'];
  return html`
    <section class="card" aria-labelledby="store">
      <h2 id="store">Store <${Badge} kind=${kind}>${word}<//></h2>
      ${(store.error ?? store.refusal) && html`<p class="problem">${store.error ?? store.refusal}</p>`}
      ${store.known_faults.map(fault => html`<p key=${fault} class="notice warn">${fault}</p>`)}
      <dl class="settings">
        ${store.version && html`<dt>Version</dt><dd>${store.version}</dd>`}
        ${store.revision !== undefined && html`<dt>Revision</dt><dd class="number">${number(store.revision)}</dd>`}
        ${store.used_bytes !== undefined && html`<dt>Used</dt><dd class="number">${bytes(store.used_bytes)}</dd>`}
        <dt>Space left</dt><dd class="number">${store.left_bytes === undefined ? html`<span class="muted">unknown</span>` : bytes(store.left_bytes)}</dd>
      </dl>
    </section>`;
}

function Replicas({ overview: { replicas, leading, version, dotnet, started_at: startedAt } }) {
  return html`
    <section class="card" aria-labelledby="replicas">
      <h2 id="replicas">Replicas</h2>
      <dl class="settings">
        <dt>This one</dt><dd>Kv ${version}, .NET ${dotnet}, up for ${duration(Date.now() / 1000 - startedAt)}
          <small class="muted"> since ${time(startedAt)}</small> ${leading && html`<${Badge} kind="good">leads<//>`}</dd>
        ${replicas?.map(({ addresses }, i) => html`
          <dt key=${i}>${i === 0 ? 'Leader' : `Replica ${i + 1}`}</dt>
          <dd>${addresses.length === 0 ? html`<span class="muted">announces no address</span>` : html`<code>${addresses.slice(0, 3).join(', ')}</code>`}</dd>`)}
        ${replicas?.length === 0 && html`<dt>Leader</dt><dd class="muted">none yet</dd>`}
      </dl>
    </section>`;
}
