// Which tenant the pages show: one of those that the caller may read, or another that is named.
import { html, useState } from '../lib/html.js';
import { call } from '../lib/api.js';
import { useLoad, useTask } from '../lib/load.js';
import { usePlace, useApi } from './context.js';
import { Button, CurlButton, Empty, Field, More, Name, Problem, Skeleton } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';

export const tenants = (prefix, cursor) => call('GET', 'tenants', { query: { prefix, cursor, limit: 100 }, hasNoTenant: true });

export function TenantButton() {
  const { tenant } = useApi();
  const [isOpen, open] = useState(false);
  return html`
    <button type="button" class="tenant-button" aria-haspopup="dialog" onClick=${() => open(true)}>
      <span class="visually-hidden">Tenant: </span>
      <${Name}>${tenant.namespace}<//><span class="muted" aria-hidden="true">/</span><${Name}>${tenant.app}<//>
      <${Icon} name="chevron" />
    </button>
    ${isOpen && html`<${TenantDialog} onClose=${() => open(false)} />`}`;
}

function TenantDialog({ onClose }) {
  const api = useApi();
  const place = usePlace();
  const [prefix, setPrefix] = useState('');
  const [older, setOlder] = useState([]);
  const { value: first, error, isLoading, reload } = useLoad(signal => {
    setOlder([]);
    return api.json(tenants(prefix), { signal });
  }, [prefix]);
  const last = older.at(-1) ?? first;
  const [more, loading] = useTask(async () => setOlder([...older, await api.json(tenants(prefix, last.cursor))]));
  const choose = tenant => {
    place.changeTenant(tenant);
    onClose();
  };
  const listed = [first, ...older].flatMap(page => page?.tenants ?? []);
  const isShown = ({ namespace, app_name }) => namespace === api.tenant.namespace && app_name === api.tenant.app;
  return html`
    <${Dialog} title="Choose a tenant" onClose=${onClose}>
      <div class="stack">
        <div class="inline"><label class="search"><span class="visually-hidden">Namespaces that begin with</span><${Icon} name="search" />
          <input type="search" autofocus placeholder="Namespaces that begin with\u2026" value=${prefix} spellcheck=${false} autocapitalize="off"
            onInput=${event => setPrefix(event.target.value)} /></label>
          <${CurlButton} request=${() => tenants(prefix)} what="this list" /></div>
        ${error ? html`<${Problem} error=${error} retry=${reload} />`
          : isLoading && !first ? html`<${Skeleton} lines=${4} />`
            : listed.length === 0 && !last?.cursor
              ? html`<${Empty} title="No tenant">A tenant is listed as long as it holds a key that you may read. Name another one below.<//>`
              : html`<ul class="choices">${listed.map(tenant => html`
                  <li key=${`${tenant.namespace}/${tenant.app_name}`}><button type="button" aria-current=${isShown(tenant) ? 'true' : undefined}
                    onClick=${() => choose({ namespace: tenant.namespace, app: tenant.app_name })}>
                    <${Name}>${tenant.namespace}<//><span class="muted"> / </span><${Name}>${tenant.app_name}<//></button></li>`)}</ul>`}
        <${More} title="More tenants" cursor=${last?.cursor} onMore=${more} end=${older.length > 0 && 'These are all.'} ...${loading} />
        <${OtherTenant} onChoose=${choose} />
      </div>
    <//>`;
}

function OtherTenant({ onChoose }) {
  const { tenant } = useApi();
  const [namespace, setNamespace] = useState(tenant.namespace);
  const [app, setApp] = useState(tenant.app);
  return html`
    <details class="more-settings"><summary>Another tenant</summary>
      <form class="stack" onSubmit=${event => { event.preventDefault(); onChoose({ namespace, app }); }}>
        <div class="pair">
          <${Field} label="Namespace">${field => html`
            <input ...${field} required value=${namespace} onInput=${event => setNamespace(event.target.value)} />`}<//>
          <${Field} label="App">${field => html`
            <input ...${field} required value=${app} onInput=${event => setApp(event.target.value)} />`}<//>
        </div>
        <div class="actions"><${Button} type="submit">Show this tenant<//></div>
      </form>
    </details>`;
}
