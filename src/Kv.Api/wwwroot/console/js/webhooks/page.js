import { html, useState } from '../lib/html.js';
import { useChanges } from '../lib/changes.js';
import { useLoad } from '../lib/load.js';
import { useApi, usePlace } from '../session/context.js';
import { Badge, Button, CurlButton, Empty, Name, Problem, Skeleton } from '../ui/parts.js';
import { WebhookForm } from './form.js';
import { WebhookView } from './view.js';
import { eventsOf, list, listAll } from './model.js';

export function WebhooksPage() {
  const api = useApi();
  const place = usePlace();
  const [isCreating, create] = useState(false);
  const { value: webhooks, error, isLoading, reload } = useLoad(signal => listAll(api, signal), []);
  useChanges('webhooks', reload);
  const id = place.parameters.id;
  const prefixes = api.scope.prefixesOf('webhooks');
  const isLimited = !api.scope.may('webhooks');
  if (id) {
    return html`<${WebhookView} key=${id} id=${id} onBack=${() => place.go('webhooks')} />`;
  }
  const add = html`<${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New webhook<//>`;
  return html`
    <header class="page-head">
      <h1>Webhooks</h1>
      ${webhooks && html`<span class="muted">${isLimited ? webhooks.length : `${webhooks.length} of ${api.settings.max_webhooks}`}</span>`}
      <span class="grow"></span>
      ${prefixes.map(prefix => html`<${CurlButton} key=${prefix} request=${list(prefix)} what=${prefix === '' ? 'this list' : `the webhooks for ${prefix}*`} />`)}
      <${Button} kind="quiet" icon="refresh" label="Reload the list" onClick=${reload} />
      ${add}
    </header>
    ${isLimited && html`<p class="notice info">${onlyFor(prefixes)} It may register webhooks for them and see their settings.</p>`}
    ${error ? html`<${Problem} error=${error} retry=${reload} />`
      : isLoading && !webhooks ? html`<${Skeleton} lines=${5} />`
        : webhooks.length === 0
          ? html`<${Empty} title="No webhooks yet" action=${add}>A webhook is an address that Kv calls when a key changes, again and again until it is accepted.<//>`
          : html`
            <div class="table-frame webhooks" tabindex="0" role="region" aria-label="Webhooks">
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
    <td><${Status} webhook=${webhook} />${webhook.disabled_reason && html`<small class="reason">${webhook.disabled_reason}</small>`}</td>
  </tr>`;

/** The keys whose webhooks a limited credential reaches, as a sentence. */
export const onlyFor = prefixes => html`<span>The credential is for the keys under ${prefixes.map((prefix, i) =>
  html`${i > 0 && ' and '}<code><${Name}>${prefix}<//></code>`)}.</span>`;

export const Status = ({ webhook }) => html`
  ${webhook.status === 'disabled'
    ? html`<${Badge} kind="bad">disabled<//>`
    : html`<${Badge} kind="good">active<//>`}
  ${webhook.dropped > 0 && html` <${Badge} kind="warn">${webhook.dropped} dropped<//>`}`;
