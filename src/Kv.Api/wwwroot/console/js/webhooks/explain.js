// Why a change of a key has not arrived at a webhook: the API's one answer, in words.
import { html, useState } from '../lib/html.js';
import { useChanges } from '../lib/changes.js';
import { time, visible } from '../lib/format.js';
import { useLoad } from '../lib/load.js';
import { useApi, usePlace } from '../session/context.js';
import { Badge, Button, CurlButton, Empty, Field, Name, Problem, Skeleton } from '../ui/parts.js';
import { Attempt, DeliverAgain } from './deliveries.js';
import { explainKey, list } from './model.js';

const titles = {
  delivered: ['Delivered', 'good'], pending: ['Waiting for its next attempt', 'warn'], held_back: ['Held back by an earlier change', 'warn'],
  failed: ['Failed at every attempt', 'bad'], disabled: ['The webhook is disabled', 'bad'], refused_by_rules: ['The target is refused', 'bad'],
  not_matched: ['The webhook is not meant for it', 'info'], registered_later: ['The webhook came later', 'info'],
  not_seen: ['Not seen yet', 'warn'], dropped: ['Dropped', 'bad'], unknown: ['Not known', 'info'],
};

/** The answer for one key and one webhook. */
export function Explanation({ id, keyName }) {
  const api = useApi();
  const place = usePlace();
  const request = explainKey(id, keyName);
  const { value: answer, error, isLoading, reload } = useLoad(signal => api.json(request, { signal }), [id, keyName]);
  useChanges('deliveries', reload);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (isLoading && !answer) return html`<${Skeleton} lines=${3} />`;
  const [title, kind] = titles[answer.verdict] ?? titles.unknown;
  const attempts = answer.delivery?.attempts ?? [];
  return html`
    <div class=${`notice ${kind}`} role="status">
      <b>${title}</b>
      <span>${answer.detail}</span>
      ${answer.remedy && html`<span><b>What to do:</b> ${answer.remedy}</span>`}
      ${answer.change && html`<span class="inline"><${Badge}>${answer.change.event}<//> <span class="muted">revision ${answer.change.revision}${answer.change.at && `, ${time(answer.change.at)}`}</span></span>`}
      ${answer.held_by && html`<span>First: the change of <${Name}>${answer.held_by.key}<//> at revision ${answer.held_by.revision}.</span>`}
      ${attempts.length > 0 && html`<ol class="timeline">${attempts.map((attempt, i) => html`<${Attempt} key=${i} attempt=${attempt} />`)}</ol>`}
      <span class="inline">
        ${place.page !== 'webhooks' && html`<a class="button" href=${place.href('webhooks', { id })}>Show the webhook</a>`}
        ${answer.delivery && html`<${DeliverAgain} delivery=${answer.delivery} />`}
        <${CurlButton} request=${request} what="this explanation" />
        <${Button} kind="quiet" icon="refresh" label="Ask again" onClick=${reload} />
      </span>
    </div>`;
}

/** Asks for a key, on the page of a webhook. */
export function ExplainKey({ id }) {
  const place = usePlace();
  const asked = place.parameters.why;
  const [typed, setTyped] = useState(asked ?? '');
  return html`
    <form class="stack" onSubmit=${event => { event.preventDefault(); place.go('webhooks', { id, why: typed }); }}>
      <div class="inline ask">
        <${Field} class="grow" label="Key">${field => html`
          <input ...${field} class="code" required value=${typed} spellcheck=${false} autocapitalize="off" onInput=${event => setTyped(event.target.value)} />`}<//>
        <${Button} type="submit">Explain<//>
      </div>
      ${asked && html`<${Explanation} key=${asked} id=${id} keyName=${asked} />`}
    </form>`;
}

/** Asks for a webhook, on the page of a key. */
export function ExplainWebhook({ keyName }) {
  const api = useApi();
  const { value: webhooks, error, isLoading, reload } = useLoad(signal => api.json(list(), { signal }), []);
  const [chosen, choose] = useState('');
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (isLoading && !webhooks) return html`<${Skeleton} lines=${3} />`;
  if (webhooks.length === 0) return html`<${Empty} title="No webhooks">This tenant has no webhook that a change of this key could reach.<//>`;
  const id = chosen || webhooks[0].id;
  return html`
    <div class="stack">
      <${Field} label="Did the last change of this key arrive at">${field => html`
        <select ...${field} value=${id} onChange=${event => choose(event.target.value)}>
          ${webhooks.map(webhook => html`<option key=${webhook.id} value=${webhook.id}>${visible(`${webhook.key} \u2192 ${webhook.endpoint}`)}</option>`)}
        </select>`}<//>
      <${Explanation} key=${id} id=${id} keyName=${keyName} />
    </div>`;
}
