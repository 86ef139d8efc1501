// The small parts of every page.
import { html, newId, useEffect, useRef, useState } from '../lib/html.js';
import { duration, time } from '../lib/format.js';
import { curlOf } from '../lib/curl.js';
import { useApi } from '../session/context.js';
import { Icon } from './icons.js';
import { tell } from './toasts.js';

export const Button = ({ kind = 'plain', icon, label, children, isBusy, class: more = '', ...rest }) => html`
  <button type="button" class=${`button ${kind} ${children ? '' : 'square'} ${more}`} aria-label=${label} title=${label}
    aria-busy=${isBusy ? 'true' : undefined} ...${rest} disabled=${rest.disabled || isBusy}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;

/** Text that may hold anything, marks of direction included: it changes nothing around it. */
export const Name = ({ children, class: more = '' }) => html`<bdi class=${`name ${more}`}>${visible([children].flat().join(''))}</bdi>`;

// Control characters and marks of direction have no shape of their own, but a reader must see them.
const hidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

const visible = text => text.replace(hidden, character => (character === '\n' ? '\u21b5' : character === '\t' ? '\u21e5'
  : `\u27e8U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`));

export const Badge = ({ kind = 'quiet', children, title }) => html`<span class=${`badge ${kind}`} title=${title}>${children}</span>`;

export const Skeleton = ({ lines = 4 }) => html`
  <div class="skeleton" role="status" aria-label="Loading">
    ${Array.from({ length: lines }, (_, i) => html`<div class=${`bone w${i % 4}`} />`)}
  </div>`;

export const Empty = ({ title, children, action }) => html`
  <div class="empty"><h2>${title}</h2><p>${children}</p>${action}</div>`;

export const Problem = ({ error, retry }) => error && html`
  <div class="problem" role="alert">
    <${Icon} name="warning" /><span class="grow">${error.message}</span>
    ${retry && html`<${Button} onClick=${retry}>Try again<//>`}
  </div>`;

/** A label with its control, a hint, and the error of that field. */
export function Field({ label, hint, error, children, class: more = '' }) {
  const id = useRef(newId('field')).current;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return html`
    <div class=${`field ${more}`}>
      <label for=${id}>${label}</label>
      ${children({ id, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined })}
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      ${error && html`<p class="field-error" id=${`${id}-error`}>${error}</p>`}
    </div>`;
}

export function Check({ label, hint, ...input }) {
  const id = useRef(newId('check')).current;
  return html`
    <div class="check">
      <input type="checkbox" id=${id} aria-describedby=${hint && `${id}-hint`} ...${input} />
      <div><label for=${id}>${label}</label>${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}</div>
    </div>`;
}

/** Tabs by the pattern of the ARIA guide: arrows move, one tab stop. */
export function Tabs({ tabs, active, onSelect, label }) {
  const list = useRef(null);
  const move = event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex(tab => tab.id === active);
    const next = (at + step + tabs.length) % tabs.length;
    onSelect(tabs[next].id);
    list.current.children[next].focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${tabs.map(tab => html`
        <button type="button" role="tab" key=${tab.id} aria-selected=${tab.id === active ? 'true' : 'false'}
          tabindex=${tab.id === active ? 0 : -1} onClick=${() => onSelect(tab.id)}>${tab.title}</button>`)}
    </div>`;
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    // Without TLS a browser gives no clipboard: the text is shown instead.
    tell(`Copy this: ${text}`, { lasts: 30_000 });
  }
}

export const CopyButton = ({ text, what }) => html`
  <${Button} kind="quiet" icon="copy" label=${`Copy ${what.toLowerCase()}`} onClick=${() => copy(text, what)} />`;

/** Copies the call of an action as a curl command: the label of the button, and what it does. */
export const curlCopy = (api, request, what) => ({
  label: `Copy as curl: ${what}`,
  run: () => copy(curlOf(api, typeof request === 'function' ? request() : request), 'curl command'),
});

export function CurlButton({ request, what }) {
  const { label, run } = curlCopy(useApi(), request, what);
  return html`<${Button} kind="quiet" icon="terminal" label=${label} onClick=${run} />`;
}

/** Several calls to copy, in a menu: [{ what, request }]. */
export function CurlMenu({ calls }) {
  const api = useApi();
  const id = useRef(newId('menu')).current;
  const [isOpen, open] = useState(false);
  const menu = useRef(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const leave = event => (event.key === 'Escape' || (event.type === 'pointerdown' && !menu.current.contains(event.target))) && open(false);
    addEventListener('keydown', leave);
    addEventListener('pointerdown', leave);
    return () => {
      removeEventListener('keydown', leave);
      removeEventListener('pointerdown', leave);
    };
  }, [isOpen]);
  return html`
    <div class="menu" ref=${menu}>
      <${Button} kind="quiet" icon="terminal" aria-expanded=${String(isOpen)} aria-controls=${id} onClick=${() => open(!isOpen)}>Copy as curl<//>
      <ul id=${id} hidden=${!isOpen}>
        ${calls.map(({ what, request }) => html`
          <li key=${what}><button type="button" onClick=${() => { open(false); copy(curlOf(api, request), 'curl command'); }}>${what}</button></li>`)}
      </ul>
    </div>`;
}

/** The time that remains until a Unix second, each second anew. */
export function Countdown({ until, onEnd }) {
  const [left, setLeft] = useState(() => until - Date.now() / 1000);
  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    const tick = () => {
      const rest = until - Date.now() / 1000;
      setLeft(rest);
      if (rest <= 0) {
        clearInterval(timer);
        ended.current?.();
      }
    };
    const timer = setInterval(tick, 1000);
    tick();
    return () => clearInterval(timer);
  }, [until]);
  return html`<time datetime=${new Date(until * 1000).toISOString()} title=${time(until)}>${left > 0 ? duration(Math.ceil(left)) : 'expired'}</time>`;
}
