import { html, useState } from '../lib/html.js';
import { useLoad } from '../lib/load.js';
import { useApi, usePlace } from '../session/context.js';
import { Badge, Button, CurlButton, Empty, Name, Problem, Skeleton } from '../ui/parts.js';
import { WebhookForm } from './form.js';
import { WebhookView } from './view.js';
import { eventsOf, list } from './model.js';

export function WebhooksPage() {
  const api = useApi();
  const place = usePlace();
  const [isCreating, create] = useState(false);
  const { value: webhooks, error, isLoading, reload } = useLoad(signal => api.json(list(), { signal }), []);
  const id = place.parameters.id;
  if (id) {
    return html`<${WebhookView} key=${id} id=${id} onBack=${() => { reload(); place.go('webhooks'); }} />`;
  }
  const add = html`<${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New webhook<//>`;
  return html`
    <header class="page-head">
      <h1>Webhooks</h1>
      ${webhooks && html`<span class="muted">${webhooks.length} of ${api.settings.max_webhooks}</span>`}
      <span class="grow"></span>
      <${CurlButton} request=${list()} what="this list" />
      <${Button} kind="quiet" icon="refresh" label="Reload the list" onClick=${reload} />
      ${add}
    </header>
    ${error ? html`<${Problem} error=${error} retry=${reload} />`
      : isLoading && !webhooks ? html`<${Skeleton} lines=${5} />`
        : webhooks.length === 0
          ? html`<${Empty} title="No webhooks yet" action=${add}>A webhook is an address that Kv calls when a key changes, again and again until it is accepted.<//>`
          : html`
            <div class="table-frame" tabindex="0" role="region" aria-label="Webhooks">
              <table>
                <thead><tr><th scope="col">Keys</th><th scope="col">Events</th><th scope="col">Endpoint</th><th scope="col">Status</th></tr></thead>
                <tbody>${webhooks.map(webhook => html`<${Row} key=${webhook.id} webhook=${webhook} href=${place.href('webhooks', { id: webhook.id })} />`)}</tbody>
              </table>
            </div>`}
    ${isCreating && html`<${WebhookForm} onClose=${() => create(false)} onSaved=${saved => { create(false); place.go('webhooks', { id: saved.id }); }} />`}`;
}

const Row = ({ webhook, href }) => html`
  <tr class=${webhook.status === 'disabled' ? 'disabled' : ''}>
    <td><a href=${href}><${Name}>${webhook.key}<//></a></td>
    <td>${eventsOf(webhook).map(event => html`<${Badge} key=${event}>${event === '*' ? 'all' : event}<//> `)}</td>
    <td class="snippet"><span class="muted">${webhook.method}</span> <${Name}>${webhook.endpoint}<//></td>
    <td><${Status} webhook=${webhook} /></td>
  </tr>`;

export const Status = ({ webhook }) => html`
  ${webhook.status === 'disabled'
    ? html`<${Badge} kind="bad" title=${webhook.disabled_reason}>disabled<//>`
    : html`<${Badge} kind="good">active<//>`}
  ${webhook.dropped > 0 && html` <${Badge} kind="warn">${webhook.dropped} dropped<//>`}`;
