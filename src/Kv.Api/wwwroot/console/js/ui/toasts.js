// Short messages at the edge of the page, with an action where there is one to undo.
import { html, useEffect, useState } from '../lib/html.js';
import { Icon } from './icons.js';

let shown = [];
let listener = () => {};
let lastId = 0;

function change(next) {
  shown = next;
  listener(shown);
}

export function tell(text, { kind = 'plain', action, lasts = action ? 12_000 : 4_000 } = {}) {
  const toast = { id: ++lastId, text, kind, action, lasts };
  change([...shown.slice(-3), toast]);
}

export const tellError = error => tell(error.message, { kind: 'bad', lasts: 10_000 });

const dismiss = id => change(shown.filter(toast => toast.id !== id));

export const dismissAll = () => change([]);

/** @param hasActions false where the credential of the actions is no longer in use. */
export function Toasts({ hasActions = true }) {
  const [toasts, setToasts] = useState(shown);
  useEffect(() => { listener = setToasts; }, []);
  return html`
    <section class="toasts" aria-live="polite" aria-label="Messages">
      ${toasts.map(toast => html`<${Toast} key=${toast.id} ...${toast} action=${hasActions && toast.action} />`)}
    </section>`;
}

function Toast({ id, text, kind, action, lasts }) {
  const [isHeld, hold] = useState(false);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => dismiss(id), lasts);
    return () => clearTimeout(timer);
  }, [isHeld]);
  return html`
    <div class=${`toast ${kind}`} onPointerEnter=${() => hold(true)} onPointerLeave=${() => hold(false)}
      onFocusIn=${() => hold(true)} onFocusOut=${() => hold(false)}>
      <span class="grow">${text}</span>
      ${action?.copy && html`<button type="button" class="toast-close" aria-label=${action.copy.label} title=${action.copy.label}
        onClick=${action.copy.run}><${Icon} name="terminal" /></button>`}
      ${action && html`<button type="button" class="toast-action" onClick=${() => { dismiss(id); action.run(); }}>${action.title}</button>`}
      <button type="button" class="toast-close" aria-label="Dismiss" onClick=${() => dismiss(id)}><${Icon} name="close" /></button>
    </div>`;
}
