// The small parts of every page.
import { html, newId, useEffect, useLayoutEffect, useRef, useState } from '../lib/html.js';
import { duration, time, visible } from '../lib/format.js';
import { curlOf } from '../lib/curl.js';
import { useApi } from '../session/context.js';
import { Icon } from './icons.js';
import { tell } from './toasts.js';

const refuse = event => event.preventDefault();

/** A button. While it is busy it does nothing, but keeps the focus, which a disabled one would lose. */
export const Button = ({ kind = 'plain', icon, label, children, isBusy, onClick, class: more = '', ...rest }) => html`
  <button type="button" class=${`button ${kind} ${children ? '' : 'square'} ${more}`} aria-label=${label} title=${label}
    ...${rest} aria-busy=${isBusy ? 'true' : undefined} aria-disabled=${isBusy ? 'true' : undefined} onClick=${isBusy ? refuse : onClick}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;

/** Text that may hold anything, marks of direction included: it changes nothing around it. */
export const Name = ({ children, class: more = '' }) => html`<bdi class=${`name ${more}`}>${visible([children].flat().join(''))}</bdi>`;

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

/** The end of a list that comes in pages. After the last of several it keeps a word, and with it the focus. */
export const More = ({ title, cursor, isRunning, onMore, end, error }) => html`
  <div class="more">${cursor ? html`<${Button} isBusy=${isRunning} onClick=${onMore}>${title}<//>` : end}</div>
  <${Problem} error=${error} />`;

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
  // A closed menu cannot keep the focus, so its button gets it.
  const close = () => {
    open(false);
    menu.current.querySelector('button').focus();
  };
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const follow = event => event.key === 'Escape' && close();
    const leave = event => menu.current.contains(event.target) || open(false);
    addEventListener('keydown', follow);
    addEventListener('pointerdown', leave);
    return () => {
      removeEventListener('keydown', follow);
      removeEventListener('pointerdown', leave);
    };
  }, [isOpen]);
  return html`
    <div class="menu" ref=${menu}>
      <${Button} kind="quiet" icon="terminal" aria-expanded=${String(isOpen)} aria-controls=${id} onClick=${() => open(!isOpen)}>Copy as curl<//>
      <ul id=${id} hidden=${!isOpen}>
        ${calls.map(({ what, request }) => html`
          <li key=${what}><button type="button" onClick=${() => { close(); copy(curlOf(api, request), 'curl command'); }}>${what}</button></li>`)}
      </ul>
    </div>`;
}

// One clock for all countdowns of the page.
const ticks = new Set();
let clock = null;

function eachSecond(tick) {
  ticks.add(tick);
  clock ??= setInterval(() => ticks.forEach(run => run()), 1000);
  return () => {
    ticks.delete(tick);
    if (ticks.size > 0) return;
    clearInterval(clock);
    clock = null;
  };
}

function remainder(until) {
  const left = until - Date.now() / 1000;
  return left > 0 ? duration(Math.ceil(left)) : null;
}

/** The time that remains until a Unix second, each second anew, and then the word for its end. */
export function Countdown({ until, over = 'expired', onEnd }) {
  const [left, setLeft] = useState(() => remainder(until));
  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    const tick = () => {
      const rest = remainder(until);
      setLeft(rest);
      if (rest !== null) return;
      stop();
      ended.current?.();
    };
    const stop = eachSecond(tick);
    tick();
    return stop;
  }, [until]);
  return html`<time datetime=${new Date(until * 1000).toISOString()} title=${time(until)}>${left ?? over}</time>`;
}
