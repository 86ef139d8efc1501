import { html, useState } from '../lib/html.js';
import { duration } from '../lib/format.js';
import { useApi } from '../session/context.js';
import { Countdown, Field } from '../ui/parts.js';

const units = [[1, 'seconds'], [60, 'minutes'], [3600, 'hours'], [86400, 'days']];

/** What a person chose of a TTL: { mode: 'keep' | 'default' | 'never' | 'seconds', amount, unit }. */
export const startTtl = mode => ({ mode, amount: '1', unit: 3600 });

/** Seconds, 'never', or undefined; null when the entry is no TTL. */
export function ttlOf({ mode, amount, unit }, kept) {
  if (mode === 'default') return undefined;
  if (mode === 'never') return 'never';
  if (mode === 'keep') return kept;
  const seconds = Math.round(Number(amount) * unit);
  return seconds >= 1 ? seconds : null;
}

export function TtlField({ ttl, onChange, modes, expireAt, error }) {
  const { settings } = useApi();
  const titles = {
    keep: expireAt === null ? 'Never, as it is' : 'Keep the deadline', default: 'As the deployment sets', never: 'Never', seconds: 'After\u2026',
  };
  return html`
    <${Field} label="Expires" error=${error} hint=${ttl.mode === 'seconds' ? `At most ${duration(settings.max_ttl_seconds)}.`
      : ttl.mode === 'keep' && expireAt ? html`in <${Countdown} until=${expireAt} />` : null}>${field => html`
      <div class="inline">
        <select ...${field} value=${ttl.mode} onChange=${event => onChange({ ...ttl, mode: event.target.value })}>
          ${modes.map(mode => html`<option key=${mode} value=${mode}>${titles[mode]}</option>`)}
        </select>
        ${ttl.mode === 'seconds' && html`
          <input class="short" type="number" min="1" step="any" required aria-label="Amount of time" value=${ttl.amount}
            onInput=${event => onChange({ ...ttl, amount: event.target.value })} />
          <select aria-label="Unit of time" value=${ttl.unit} onChange=${event => onChange({ ...ttl, unit: Number(event.target.value) })}>
            ${units.map(([seconds, title]) => html`<option key=${seconds} value=${seconds}>${title}</option>`)}
          </select>`}
      </div>`}<//>`;
}
