import { html, useEffect } from '../lib/html.js';
import { call } from '../lib/api.js';
import { bytes, number } from '../lib/format.js';
import { useLoad } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { CurlButton } from '../ui/parts.js';

const request = call('GET', 'usage');

/** What the tenant has of its quota. A credential that may not read all keys sees none of it. */
export function Usage({ tree }) {
  const api = useApi();
  const { value, reload } = useLoad(signal => api.json(request, { signal }), []);
  // The list was loaded anew, so the keys may be others.
  useEffect(() => {
    if (tree.root?.state === 'ready') reload();
  }, [tree.root?.entries]);
  if (!value) return null;
  return html`
    <div class="usage">
      ${value.max_keys !== null && html`<${Share} used=${value.keys} most=${value.max_keys} text=${`${number(value.keys)} of ${number(value.max_keys)} keys`} />`}
      ${value.max_bytes !== null && html`<${Share} used=${value.bytes} most=${value.max_bytes} text=${`${bytes(value.bytes)} of ${bytes(value.max_bytes)}`} />`}
      <span class="grow"></span><${CurlButton} request=${request} what="this usage" />
    </div>`;
}

const Share = ({ used, most, text }) => html`
  <label>${text}<meter min="0" max=${most} high=${most * 0.9} value=${used}></meter></label>`;
