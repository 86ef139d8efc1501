// How far a search among the names of keys has come, and a way to stop it.
import { html, useEffect, useState } from '../lib/html.js';
import { number, plural } from '../lib/format.js';
import { useLoad } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Button, CurlButton, Name } from '../ui/parts.js';
import { count } from './model.js';

// Milliseconds. To count the names would delay a search that ends by then.
const shortSearch = 500;

export function SearchProgress({ tree, prefix }) {
  const api = useApi();
  const level = tree.root;
  const isDone = level?.state === 'ready' && level.cursor === null;
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), shortSearch);
    return () => clearTimeout(timer);
  }, []);
  const { value: total } = useLoad(
    async signal => (isLong && !isDone ? Number((await api.send(count(prefix), { signal })).headers.get('KV-Count')) : undefined), [isLong]);
  if (!level) return null;
  const isRunning = level.state === 'loading' && !level.isStopped;
  const found = `${plural(level.entries.length, 'key')} found`;
  // Names of keys that were deleted a short time ago are looked at as well.
  const most = Math.max(total ?? 0, level.searched);
  return html`
    <div class="search-progress">
      ${!isDone && html`<progress aria-label="Names looked at" max=${most || undefined} value=${most ? level.searched : undefined}></progress>`}
      <span class="grow">${isDone ? html`${found} among all names${prefix !== '' && html` under <${Name}>${prefix}<//>`}` : `${found}, ${number(level.searched)}${total ? ` of ${number(most)}` : ''} names looked at`}</span>
      <span class="visually-hidden" role="status">${isRunning ? 'Searching' : found}</span>
      ${isRunning ? html`<${Button} onClick=${() => tree.stop(level)}>Stop<//>`
        : level.state === 'ready' && !isDone && html`<${Button} onClick=${() => tree.more(level)}>Continue<//>`}
      <${CurlButton} request=${count(prefix)} what="count the names" />
    </div>`;
}
