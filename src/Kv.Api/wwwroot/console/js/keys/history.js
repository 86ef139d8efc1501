import { html, useState } from '../lib/html.js';
import { bytes, bytesOfValue, textOf, time } from '../lib/format.js';
import { useLoad, useTask } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Badge, Button, CurlButton, More, Name, Problem, Skeleton } from '../ui/parts.js';
import { Diff } from '../ui/diff.js';
import { tell, tellError } from '../ui/toasts.js';
import { history, remaining, write } from './model.js';

const kinds = { create: 'good', update: 'info', delete: 'bad' };

/** The changes of a key, the difference between any two, and a way back to each. */
export function History({ name, value, onRestored }) {
  const api = useApi();
  const [older, setOlder] = useState([]);
  const [pair, setPair] = useState({});
  const mayWrite = api.scope.may('write', name);
  const first = useLoad(signal => api.json(history(name), { signal, expected: [404] }), [name, value?.etag]);
  const pages = [first.value, ...older];
  const last = pages.at(-1);
  const [more, loading] = useTask(async () => setOlder([...older, await api.json(history(name, last.cursor))]));

  if (first.isLoading && !first.value) return html`<${Skeleton} lines=${6} />`;
  if (first.error) return html`<${Problem} error=${first.error} retry=${first.reload} />`;
  const items = pages.flatMap(page => page.items ?? []);
  if (items.length === 0) return html`<p class="hint">The store has no revision of this key.</p>`;

  const newer = items.find(item => item.revision === pair.to) ?? items[0];
  const before = items.find(item => item.revision === pair.from) ?? items[items.indexOf(newer) + 1];
  // The key keeps the deadline that it has; a key that is gone gets back the one it had, unless that has passed.
  const restoring = item => write(name, {
    content: contentOf(item), contentType: value?.contentType ?? null, etag: value?.etag ?? null,
    ttl: remaining(value ? value.expireAt : item.expire_at ?? null) ?? 'never',
  });
  const restore = async item => {
    try {
      await api.send(restoring(item));
      tell(`Restored revision ${item.revision}`);
      onRestored();
    } catch (error) {
      tellError(error);
    }
  };
  return html`
    <div class="history">
      ${!value && mayWrite && items.some(item => item.value !== undefined) && html`
        <p class="hint">An earlier value that the store still has can be restored.</p>`}
      <div class="list-head"><h2>Changes</h2><span class="grow"></span><${CurlButton} request=${history(name)} what="this history" /></div>
      <div class="table-frame" tabindex="0" role="region" aria-label="Changes">
        <table>
          <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Revision</th><th scope="col">Event</th><th scope="col">Value</th><th><span class="visually-hidden">Actions</span></th></tr></thead>
          <tbody>${items.map((item, i) => html`
            <tr key=${item.revision}>
              <td><input type="radio" name="from" aria-label=${`Compare from revision ${item.revision}`} checked=${item === before}
                onChange=${() => setPair({ to: newer.revision, from: item.revision })} /></td>
              <td><input type="radio" name="to" aria-label=${`Compare to revision ${item.revision}`} checked=${item === newer}
                onChange=${() => setPair({ from: before?.revision, to: item.revision })} /></td>
              <td class="number">${item.revision}</td>
              <td><${Badge} kind=${kinds[item.event]}>${item.reason === 'expired' ? 'expired' : item.event}<//></td>
              <td class="snippet">${item.value === undefined ? html`<span class="muted">none</span>` : html`<${Snippet} item=${item} />`}</td>
              <td>${mayWrite && item.value !== undefined && (i > 0 || !value) && html`<div class="inline">
                <${Button} onClick=${() => restore(item)} label=${`Restore revision ${item.revision}`}>Restore<//>
                <${CurlButton} request=${() => restoring(item)} what=${`restore revision ${item.revision}`} /></div>`}</td>
            </tr>`)}</tbody>
        </table>
      </div>
      <${More} title="Earlier changes" cursor=${last.cursor} onMore=${more} ...${loading}
        end=${last.oldest_revision > 0 ? `The store keeps revisions from ${last.oldest_revision} on.` : 'This is the whole history.'} />
      ${before && html`
        <h2>From ${before.revision} to ${newer.revision}</h2>
        <${Comparison} before=${before} after=${newer} />`}
    </div>`;
}

const contentOf = item => (item.value === undefined ? new Uint8Array() : bytesOfValue(item.value, item.encoding));

function Snippet({ item }) {
  const when = item.expire_at ? html` <small class="muted">expires ${time(item.expire_at)}</small>` : null;
  return item.encoding ? html`<span class="muted">${bytes(contentOf(item).length)} of binary data</span>${when}`
    : html`<${Name}>${item.value.slice(0, 120)}<//>${when}`;
}

function Comparison({ before, after }) {
  const texts = [before, after].map(item => textOf(contentOf(item)));
  if (texts.includes(null)) return html`<p class="hint">One of the values is not text, so there are no lines to compare.</p>`;
  return html`<${Diff} label=${`Difference from ${before.revision} to ${after.revision}`} before=${texts[0]} after=${texts[1]} />`;
}
