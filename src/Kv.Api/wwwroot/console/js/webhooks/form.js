import { html, useState } from '../lib/html.js';
import { tellChange } from '../lib/changes.js';
import { useTask } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Button, Check, CurlButton, Field, Problem } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { tell } from '../ui/toasts.js';
import { change, eventsOf, register } from './model.js';

const events = [['create', 'created'], ['update', 'updated'], ['delete', 'deleted or expired'], ['expire', 'expired']];
const methods = ['POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];

function randomSecret() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

const linesOf = (headers = {}) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n');

/** Registers a webhook, or changes one. */
export function WebhookForm({ webhook, onClose, onSaved }) {
  const api = useApi();
  const [prefix = ''] = api.scope.prefixesOf('webhooks');
  const [entry, setEntry] = useState(() => ({
    key: webhook?.key ?? (prefix === '' ? '' : `${prefix}*`),
    events: webhook ? eventsOf(webhook) : ['*'],
    endpoint: webhook?.endpoint ?? '',
    method: webhook?.method ?? 'POST',
    headers: linesOf(webhook?.headers),
    payload: webhook?.payload ? JSON.stringify(webhook.payload, null, 2) : '',
    data: webhook?.add_event_data ?? true,
    previous: webhook?.include_previous ?? false,
    changed: webhook?.changed_only ?? false,
    timeout: webhook?.timeout_seconds ?? '',
    secret: webhook ? webhook.secret ?? '' : randomSecret(),
  }));
  const set = (name, value) => setEntry(last => ({ ...last, [name]: value }));
  const input = name => ({ value: entry[name], onInput: event => set(name, event.target.value) });
  const check = name => ({ checked: entry[name], onChange: event => set(name, event.target.checked) });

  const settingsOf = () => ({
    key: entry.key,
    event: entry.events.length === 1 ? entry.events[0] : entry.events,
    endpoint: entry.endpoint,
    method: entry.method,
    headers: headersOf(entry.headers),
    payload: payloadOf(entry.payload),
    add_event_data: entry.data,
    include_previous: entry.previous,
    changed_only: entry.changed,
    // 0 brings back the default of the deployment; a new webhook has it anyway.
    timeout_seconds: entry.timeout === '' ? (webhook ? 0 : undefined) : Number(entry.timeout),
    secret: entry.secret === '' && !webhook ? undefined : entry.secret,
  });
  const request = () => (webhook ? change(webhook.id, settingsOf()) : register(settingsOf()));
  const [save, { isRunning, error }] = useTask(async () => {
    const saved = await api.json(request());
    tell(webhook ? 'Webhook changed' : 'Webhook registered');
    tellChange('webhooks');
    onSaved(saved);
  });
  const mistake = name => error?.fields?.[name]?.[0];
  const isPlaced = error?.fields && Object.keys(error.fields).some(name => placed.includes(name));
  const pick = (event, isOn) => set('events', event === '*' ? (isOn ? ['*'] : [])
    : isOn ? [...entry.events.filter(other => other !== '*'), event] : entry.events.filter(other => other !== event));
  return html`
    <${Dialog} title=${webhook ? 'Change the webhook' : 'New webhook'} class="wide" onClose=${onClose}>
      <form class="stack" onSubmit=${event => { event.preventDefault(); save(); }}>
        <${Field} label="Keys" error=${mistake('key')} hint=${`A key, or a prefix followed by * (user:*), at most ${api.settings.max_key_length} characters. A lone * is every key.`}>${field => html`
          <input ...${field} class="code" required autofocus spellcheck=${false} autocapitalize="off" ...${input('key')} />`}<//>
        <fieldset class="checks">
          <legend>Calls when a key is</legend>
          <${Check} label="changed in any way" checked=${entry.events.includes('*')} onChange=${event => pick('*', event.target.checked)} />
          ${events.map(([event, title]) => html`<${Check} key=${event} label=${title} checked=${entry.events.includes(event)}
            onChange=${change => pick(event, change.target.checked)} />`)}
          ${mistake('event') && html`<p class="field-error">${mistake('event')}</p>`}
        </fieldset>
        <div class="pair endpoint">
          <${Field} label="Method" error=${mistake('method')}>${field => html`
            <select ...${field} value=${entry.method} onChange=${event => set('method', event.target.value)}>
              ${methods.map(method => html`<option key=${method}>${method}</option>`)}</select>`}<//>
          <${Field} class="grow" label="Endpoint" error=${mistake('endpoint')} hint="An http or https URL that Kv can reach, at most 2048 characters. Kv follows no redirects.">${field => html`
            <input ...${field} class="code" type="url" required placeholder="https://example.com/hook" ...${input('endpoint')} />`}<//>
        </div>
        <${Check} label="Send the change" hint="The body has the member event: kind, key, value and revision." ...${check('data')} />
        <${Check} label="Send the previous value, too" hint="Each call then costs a read of the store." disabled=${!entry.data} ...${check('previous')} />
        <${Check} label="Skip updates that change nothing" ...${check('changed')} />
        <${Field} label="Secret" error=${mistake('secret')}
          hint=${`Signs each call (Standard Webhooks): whsec_ and 24 to 64 bytes in base64. ${webhook
            ? 'Shown as ******** while there is one. Empty removes the signature.'
            : 'Keep it for the receiver: it is not shown again. Empty leaves the calls unsigned.'}`}>${field => html`
          <input ...${field} class="code" autocomplete="off" spellcheck=${false} ...${input('secret')} />`}<//>
        <details class="more-settings"><summary>Headers, payload and time-out</summary>
          <div class="stack">
            <${Field} label="Headers" error=${mistake('headers')} hint="One a line, as in X-Source: kv. At most 50, with at most 4096 characters in a name or a value. Those of the connection and of the signature are reserved.">${field => html`
              <textarea ...${field} class="code" rows="3" spellcheck=${false} ...${input('headers')} />`}<//>
            <${Field} label="Payload" error=${mistake('payload')} hint="A JSON object whose members appear at the top of the body, at most 64 KiB.">${field => html`
              <textarea ...${field} class="code" rows="3" spellcheck=${false} ...${input('payload')} />`}<//>
            <${Field} label="Time-out of an attempt, in seconds" error=${mistake('timeout_seconds')} hint="1 to 30. Empty takes what the deployment sets.">${field => html`
              <input ...${field} class="short" type="number" min="1" max="30" ...${input('timeout')} />`}<//>
          </div>
        </details>
        ${error && !isPlaced && html`<${Problem} error=${error} />`}
        <div class="actions">
          <${CurlButton} request=${request} what=${webhook ? 'change this webhook' : 'register this webhook'} /><span class="grow"></span>
          <${Button} onClick=${onClose}>Cancel<//>
          <${Button} kind="primary" type="submit" isBusy=${isRunning} disabled=${entry.events.length === 0}>${webhook ? 'Save' : 'Register'}<//>
        </div>
      </form>
    <//>`;
}

const placed = ['key', 'event', 'endpoint', 'method', 'headers', 'payload', 'timeout_seconds', 'secret'];

class EntryError extends Error {
  constructor(field, message) {
    super(message);
    this.fields = { [field]: [message] };
  }
}

function headersOf(text) {
  const headers = {};
  for (const line of text.split('\n').filter(Boolean)) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new EntryError('headers', `This is no header: ${line}`);
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return headers;
}

function payloadOf(text) {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new EntryError('payload', 'The payload is not valid JSON.');
  }
}
