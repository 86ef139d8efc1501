import { html, useState } from '../lib/html.js';
import { tellChange, useChanges } from '../lib/changes.js';
import { plural, time } from '../lib/format.js';
import { useLoad, useTask } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Badge, Button, CopyButton, CurlButton, Field, Name, Problem, Skeleton, Tabs } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { tell, tellError } from '../ui/toasts.js';
import { Deliveries } from './deliveries.js';
import { ExplainKey } from './explain.js';
import { WebhookForm } from './form.js';
import { onlyFor, Status } from './page.js';
import { change, eventsOf, explain, get, load, ping, remove, replay, rotateSecret } from './model.js';

const tabs = [{ id: 'pending', title: 'Pending' }, { id: 'failed', title: 'Failed' }, { id: 'delivered', title: 'Delivered' }];

export function WebhookView({ id, onBack }) {
  const api = useApi();
  const { value: webhook, error, isLoading, reload } = useLoad(signal => load(api, id, signal), [id]);
  useChanges('webhooks', reload);
  const [tab, setTab] = useState('pending');
  const [open, setOpen] = useState(null);
  const [pinged, setPinged] = useState(null);
  const [secret, setSecret] = useState(null);

  // The API lets a credential for some keys see the webhooks for them, and nothing more.
  const isLimited = !api.scope.may('webhooks');

  const act = run => async () => {
    try {
      await run();
    } catch (failure) {
      tellError(failure);
    }
  };
  const [sendPing, pinging] = useTask(act(async () => setPinged(await api.json(ping(id)))));
  const [rotate, rotating] = useTask(act(async () => {
    setSecret((await api.json(rotateSecret(id))).secret);
    tellChange('webhooks');
  }));
  const [setStatus, settingStatus] = useTask(async status => act(async () => {
    await api.json(change(id, { status }));
    tell(status === 'active' ? 'Webhook enabled' : 'Webhook disabled');
    tellChange('webhooks');
  })());

  const head = html`
    <header class="page-head">
      <${Button} kind="quiet" icon="back" label="Back to the webhooks" onClick=${onBack} />
      <h1>${webhook ? html`<${Name}>${webhook.key}<//>` : 'Webhook'}</h1>
      ${webhook && html`<${Status} webhook=${webhook} />`}
      <span class="grow"></span>
      ${webhook && !isLimited && html`
        <${CurlButton} request=${get(id)} what="read this webhook" />
        <${Button} icon="edit" onClick=${() => setOpen('edit')}>Edit<//>
        <${Button} kind="danger" icon="trash" onClick=${() => setOpen('delete')}>Delete<//>`}
    </header>`;
  if (error) return html`${head}<${Problem} error=${error} retry=${reload} />`;
  if (isLoading && !webhook) return html`${head}<${Skeleton} lines=${6} />`;
  return html`
    ${head}
    ${webhook.status === 'disabled' && html`
      <div class="notice bad" role="status"><b>This webhook is disabled.</b> ${webhook.disabled_reason}
        <span>Changes are not delivered while it is disabled. Mend the receiver, enable the webhook, then replay what was missed.</span>
        ${!isLimited && html`<span class="inline"><${Button} isBusy=${settingStatus.isRunning} onClick=${() => setStatus('active')}>Enable<//>
          <${CurlButton} request=${change(id, { status: 'active' })} what="enable" /></span>`}</div>`}
    ${webhook.dropped > 0 && html`
      <div class="notice warn" role="status"><b>${plural(webhook.dropped, 'delivery was', 'deliveries were')} dropped since ${time(webhook.dropped_since)}</b>, because the backlog was full.
        <span>Replay from a revision before that to deliver them, then reset the count.</span>
        ${!isLimited && html`<span class="inline"><${Button} isBusy=${settingStatus.isRunning} onClick=${() => setStatus('active')}>Reset the count<//>
          <${CurlButton} request=${change(id, { status: 'active' })} what="reset the count" /></span>`}</div>`}
    ${isLimited && html`<p class="notice info">${onlyFor(api.scope.prefixesOf('webhooks'))}
      <span>A credential for all keys is needed to change this webhook, to ping it and to see its deliveries.</span></p>`}
    <div class="cards even">
      <section class="card" aria-labelledby="settings"><h2 id="settings">Settings</h2><${Settings} webhook=${webhook} /></section>
      ${!isLimited && html`<section class="card stack" aria-labelledby="actions">
        <h2 id="actions">Try and repair</h2>
        <div class="action-row"><div class="grow"><b>Ping</b><p class="hint">Sends a test event now, and shows the request and the answer.</p></div>
          <${CurlButton} request=${ping(id)} what="ping" /><${Button} icon="play" isBusy=${pinging.isRunning} onClick=${sendPing}>Ping<//></div>
        ${pinged && html`<${Pinged} webhook=${webhook} result=${pinged} />`}
        <div class="action-row"><div class="grow"><b>Replay</b><p class="hint">Delivers again what changed since a revision.</p></div>
          <${Button} onClick=${() => setOpen('replay')}>Replay\u2026<//></div>
        <div class="action-row"><div class="grow"><b>Rotate the secret</b><p class="hint">A new secret signs at once; the old one stays valid for a day.</p></div>
          <${CurlButton} request=${rotateSecret(id)} what="rotate the secret" /><${Button} isBusy=${rotating.isRunning} onClick=${rotate}>Rotate<//></div>
        ${secret && html`
          <div class="notice good" role="status"><b>Give this to the receiver. It is not shown again.</b>
            <span class="inline"><code class="secret">${secret}</code><${CopyButton} text=${secret} what="Secret" /></span></div>`}
        ${webhook.status === 'active' && html`
          <div class="action-row"><div class="grow"><b>Disable</b><p class="hint">Kv stops calling, and pending deliveries fail.</p></div>
            <${CurlButton} request=${change(id, { status: 'disabled' })} what="disable" /><${Button} isBusy=${settingStatus.isRunning} onClick=${() => setStatus('disabled')}>Disable<//></div>`}
      </section>`}
    </div>
    ${!isLimited && html`<section aria-labelledby="why">
      <h2 id="why">Why did it not arrive?</h2>
      <${ExplainKey} id=${id} />
    </section>
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">Deliveries</h2>
      <${Tabs} label="Deliveries" tabs=${tabs} active=${tab} onSelect=${setTab} />
      <${Deliveries} key=${tab} id=${id} status=${tab} />
    </section>`}
    ${open === 'edit' && html`<${WebhookForm} webhook=${webhook} onClose=${() => setOpen(null)} onSaved=${() => setOpen(null)} />`}
    ${open === 'replay' && html`<${ReplayDialog} id=${id} onClose=${() => setOpen(null)} />`}
    ${open === 'delete' && html`
      <${Dialog} title="Delete this webhook?" onClose=${() => setOpen(null)} footer=${html`
        <${CurlButton} request=${remove(id)} what="delete this webhook" /><span class="grow"></span>
        <${Button} onClick=${() => setOpen(null)}>Cancel<//>
        <${Button} kind="danger" onClick=${act(async () => { await api.send(remove(id)); tell('Webhook deleted'); onBack(); tellChange('webhooks'); })}>Delete<//>`}>
        <p>Its pending and failed deliveries go with it. This cannot be undone, because its secret cannot be read back.</p>
      <//>`}`;
}

const Settings = ({ webhook }) => html`
  <dl class="settings">
    <dt>Endpoint</dt><dd><span class="muted">${webhook.method}</span> <${Name}>${webhook.endpoint}<//></dd>
    <dt>Events</dt><dd>${eventsOf(webhook).map(event => html`<${Badge} key=${event}>${event === '*' ? 'all' : event}<//> `)}</dd>
    <dt>Body</dt><dd>${[webhook.add_event_data && 'the change', webhook.include_previous && 'the previous value', webhook.payload && 'a payload'].filter(Boolean).join(', ') || 'empty'}</dd>
    <dt>Signed</dt><dd>${webhook.secret ? 'yes' : 'no'}</dd>
    ${webhook.headers && html`<dt>Headers</dt><dd>${Object.entries(webhook.headers).map(([name, value]) => html`<div key=${name}><${Name}>${name}: ${value}<//></div>`)}</dd>`}
    ${webhook.headers_not_sent && html`<dt>Not sent</dt><dd><${Name}>${webhook.headers_not_sent.join(', ')}<//> (reserved)</dd>`}
    ${webhook.timeout_seconds && html`<dt>Time-out</dt><dd>${webhook.timeout_seconds} s</dd>`}
    ${webhook.changed_only && html`<dt>Skips</dt><dd>updates that change nothing</dd>`}
    <dt>Registered</dt><dd>${time(webhook.created_at)}${webhook.registered_by && html` by <${Name}>${webhook.registered_by.api_key ?? webhook.registered_by.subject}<//>`}</dd>
    <dt>Id</dt><dd class="inline"><code>${webhook.id}</code><${CopyButton} text=${webhook.id} what="Id" /></dd>
  </dl>`;

const Pinged = ({ webhook, result }) => html`
  <div class=${`notice ${result.accepted ? 'good' : 'bad'}`} role="status">
    <b>${result.accepted ? 'Accepted' : 'Not accepted'}${result.status ? ` with ${result.status}` : ''} after ${result.duration_ms} ms</b>
    <span>${explain(result)}</span>
    <div class="exchange">
      <span class="muted">Request</span>
      <div>
        <code>${webhook.method} <bdi>${webhook.endpoint}</bdi></code>
        ${result.request && html`
          <ul class="code">${Object.entries(result.request.headers).map(([name, value]) => html`<li key=${name}><span class="muted">${name}:</span> <${Name}>${value}<//></li>`)}</ul>
          <${Body} text=${result.request.body} label="Body of the request" />`}
      </div>
      <span class="muted">Answer</span>
      <div>${result.status && html`<code>${result.status}</code>`}<${Body} text=${result.answer} label="Answer" /></div>
    </div>
  </div>`;

const Body = ({ text, label }) => (text
  ? html`<pre class="answer" tabindex="0" aria-label=${label}>${text}</pre>`
  : html`<p class="muted">no body</p>`);

function ReplayDialog({ id, onClose }) {
  const api = useApi();
  const [since, setSince] = useState('');
  const [start, { isRunning, error }] = useTask(async () => {
    const { replayed } = await api.json(replay(id, Number(since)));
    tell(`${replayed} ${replayed === 1 ? 'delivery is' : 'deliveries are'} made again`);
    tellChange('deliveries');
    onClose();
  });
  return html`
    <${Dialog} title="Replay" onClose=${onClose}>
      <form class="stack" onSubmit=${event => { event.preventDefault(); start(); }}>
        <${Field} label="Since revision" error=${error?.fields?.since?.[0]}
          hint="All changes after this revision are delivered again under their first ids, as far back as the store keeps history.">${field => html`
          <input ...${field} class="short" type="number" min="0" step="1" required autofocus value=${since} onInput=${event => setSince(event.target.value)} />`}<//>
        ${error && !error.fields?.since && html`<${Problem} error=${error} />`}
        <div class="actions"><${CurlButton} request=${() => replay(id, Number(since))} what="replay" /><span class="grow"></span>
          <${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" type="submit" isBusy=${isRunning}>Replay<//></div>
      </form>
    <//>`;
}
