// The changes of keys as they happen.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { call } from '../lib/api.js';
import { watch } from '../lib/events.js';
import { bytesOfValue, bytes, plural, timeOfDay } from '../lib/format.js';
import { useApi, usePlace } from '../session/context.js';
import { Badge, Button, CurlButton, Empty, Name } from '../ui/parts.js';
import { Icon } from '../ui/icons.js';

const most = 500;
const kinds = { create: 'good', update: 'info', delete: 'bad' };

export function LivePage() {
  const api = useApi();
  const place = usePlace();
  const prefix = place.parameters.prefix ?? api.scope.prefixesOf('read')[0] ?? '';
  const [typed, setTyped] = useState(prefix);
  const [filter, setFilter] = useState('');
  const [isPaused, pause] = useState(false);
  const [state, setState] = useState('waiting');
  const [events, setEvents] = useState([]);
  const [round, setRound] = useState(1);
  const held = useRef([]);
  const paused = useRef(false);
  const [heldCount, setHeldCount] = useState(0);
  paused.current = isPaused;

  const request = call('GET', 'watch', { query: { prefix } });
  useEffect(() => {
    const controller = new AbortController();
    let batch = [];
    let frame = null;
    // Many changes at once are drawn once.
    const show = () => {
      frame = null;
      const taken = batch;
      batch = [];
      if (paused.current) {
        held.current = [...taken, ...held.current].slice(0, most);
        setHeldCount(held.current.length);
      } else {
        setEvents(last => [...taken, ...last].slice(0, most));
      }
    };
    const take = ({ event, data }) => {
      if (event === 'position') return;
      batch.unshift({ ...JSON.parse(data), event, at: Date.now() });
      frame ??= setTimeout(show, 50);
    };
    setState('waiting');
    setEvents([]);
    held.current = [];
    setHeldCount(0);
    watch(api, request, take, setState, controller.signal);
    return () => {
      controller.abort();
      clearTimeout(frame);
    };
  }, [prefix, round]);
  useEffect(() => setTyped(prefix), [prefix]);

  const resume = () => {
    if (isPaused) {
      setEvents(last => [...held.current, ...last].slice(0, most));
      held.current = [];
      setHeldCount(0);
    }
    pause(!isPaused);
  };
  const shown = filter === '' ? events : events.filter(({ key, value }) => key.includes(filter) || value?.includes(filter));
  return html`
    <header class="page-head">
      <h1>Live</h1>
      <${State} state=${state} isPaused=${isPaused} />
      <span class="grow"></span>
      <${CurlButton} request=${request} what="this watch" />
      <${Button} icon=${isPaused ? 'play' : 'pause'} onClick=${resume}>${isPaused ? `Continue${heldCount ? ` (${heldCount} new)` : ''}` : 'Pause'}<//>
      <${Button} onClick=${() => setEvents([])}>Clear<//>
    </header>
    <form class="filters" onSubmit=${event => { event.preventDefault(); place.go('live', { prefix: typed }); }}>
      <label class="search"><span class="visually-hidden">Prefix of the keys to watch</span><${Icon} name="live" />
        <input placeholder="Watch keys that begin with\u2026 (Enter)" value=${typed} spellcheck=${false} autocapitalize="off"
          onInput=${event => setTyped(event.target.value)} onBlur=${() => typed !== prefix && place.go('live', { prefix: typed })} /></label>
      <label class="search"><span class="visually-hidden">Filter what is shown</span><${Icon} name="search" />
        <input type="search" placeholder="Filter by key or value" value=${filter} onInput=${event => setFilter(event.target.value)} /></label>
    </form>
    ${state.ended && html`<div class="problem" role="alert"><${Icon} name="warning" /><span class="grow">${reasons[state.ended] ?? state.ended}</span>
      ${state.ended === 'gone' && html`<${Button} onClick=${() => setRound(round + 1)}>Watch from now on<//>`}</div>`}
    ${shown.length === 0
      ? html`<${Empty} title=${events.length ? 'Nothing fits the filter' : 'Waiting for a change'}>
          ${events.length ? 'Changes that fit appear here.' : 'Each change of a key appears here as it happens. Change one in another window to see it.'}<//>`
      : html`
        <p class="visually-hidden" role="status">${plural(shown.length, 'change')}</p>
        <ol class="events">${shown.map(event => html`<${Change} key=${`${event.etag}/${event.key}`} event=${event} href=${place.href('keys', { key: event.key })} />`)}</ol>`}`;
}

const reasons = {
  gone: 'The store no longer keeps the changes that were due.',
  unauthorized: 'The credential was revoked or has expired. Sign in again.',
};

function State({ state, isPaused }) {
  if (state.ended) return html`<${Badge} kind="bad">ended<//>`;
  if (isPaused) return html`<${Badge} kind="warn">paused<//>`;
  return state === 'open' ? html`<${Badge} kind="good">connected<//>` : html`<${Badge}>connecting<//>`;
}

function Change({ event, href }) {
  return html`
    <li class="event">
      <time class="number muted">${timeOfDay(event.at)}</time>
      <${Badge} kind=${kinds[event.event]}>${event.reason === 'expired' ? 'expired' : event.event}<//>
      <a href=${href}><${Name}>${event.key}<//></a>
      <span class="snippet muted">${event.value === undefined ? '' : event.encoding
        ? `${bytes(bytesOfValue(event.value, event.encoding).length)} of binary data` : html`<${Name}>${event.value.slice(0, 200)}<//>`}</span>
    </li>`;
}
