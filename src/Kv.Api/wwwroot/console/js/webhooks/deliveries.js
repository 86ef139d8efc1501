import { html, useState } from '../lib/html.js';
import { tellChange, useChanges } from '../lib/changes.js';
import { plural, time } from '../lib/format.js';
import { useLoad, useTask } from '../lib/load.js';
import { useApi, usePlace } from '../session/context.js';
import { Badge, Button, Countdown, CurlButton, Empty, More, Name, Problem, Skeleton } from '../ui/parts.js';
import { tell, tellError } from '../ui/toasts.js';
import { deliveries, explain, redeliver, redeliverFailed } from './model.js';

const nothing = {
  pending: ['Nothing is waiting', 'What is accepted at once is never listed here.'],
  failed: ['Nothing has failed', 'A delivery that fails at every attempt is kept here for 7 days.'],
  delivered: ['Nothing was delivered yet', 'The last 100 deliveries that the receiver accepted appear here, about a second later.'],
};

export function Deliveries({ id, status }) {
  const api = useApi();
  const [older, setOlder] = useState([]);
  const { value: first, error, isLoading, reload } = useLoad(signal => {
    setOlder([]);
    return api.json(deliveries(id, status), { signal });
  }, [id, status]);
  useChanges('deliveries', reload);
  const last = older.at(-1) ?? first;
  const [more, loading] = useTask(async () => setOlder([...older, await api.json(deliveries(id, status, last.cursor))]));
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (isLoading && !first) return html`<${Skeleton} lines=${4} />`;
  const items = [first, ...older].flatMap(page => page.items);
  return html`
    <div class="list-head">
      ${status === 'failed' && items.length > 0 && html`<${RedeliverFailed} id=${id} />`}
      <span class="grow"></span>
      <${CurlButton} request=${deliveries(id, status)} what="this list" />
      <${Button} kind="quiet" icon="refresh" label="Reload the deliveries" onClick=${reload} /></div>
    ${items.length === 0
      ? html`<${Empty} title=${nothing[status][0]}>${nothing[status][1]}<//>`
      : html`<ul class="deliveries">${items.map(item => html`<${Delivery} key=${item.id} delivery=${item} />`)}</ul>`}
    <${More} title="More deliveries" cursor=${last.cursor} onMore=${more} end=${older.length > 0 && 'These are all.'} ...${loading} />`;
}

// One call takes a bounded number of them, so it is repeated until none is left.
function RedeliverFailed({ id }) {
  const api = useApi();
  const [count, setCount] = useState(0);
  const [start, { isRunning }] = useTask(async () => {
    let total = 0;
    try {
      for (let more = true; more;) {
        const answer = await api.json(redeliverFailed(id));
        setCount(total += answer.count);
        more = answer.more;
      }
      tell(`${plural(total, 'delivery', 'deliveries')} made again`);
    } catch (error) {
      tellError(error);
    }
    tellChange('deliveries');
  });
  return html`
    <${Button} icon="refresh" isBusy=${isRunning} onClick=${start}>${isRunning ? `Delivering again: ${count}` : 'Deliver all again'}<//>
    <${CurlButton} request=${redeliverFailed(id)} what="deliver all again" />`;
}

/** For a delivery that the receiver has not accepted. */
export function DeliverAgain({ delivery }) {
  const api = useApi();
  const [start, { isRunning }] = useTask(async () => {
    try {
      await api.send(redeliver(delivery.id));
      tell('The delivery is made now');
      tellChange('deliveries');
    } catch (error) {
      tellError(error);
    }
  });
  return delivery.status !== 'delivered' && html`
    <${CurlButton} request=${redeliver(delivery.id)} what="redeliver" />
    <${Button} icon="refresh" isBusy=${isRunning} onClick=${start}>Deliver again now<//>`;
}

const badges = { pending: 'warn', failed: 'bad', delivered: 'good' };

function Delivery({ delivery }) {
  const place = usePlace();
  const last = delivery.attempts.at(-1);
  return html`
    <li class="delivery">
      <details>
        <summary>
          <${Badge} kind=${badges[delivery.status]}>${delivery.status}<//>
          <${Badge}>${delivery.event}<//>
          <${Name} class="grow">${delivery.key}<//>
          <span class="muted number">revision ${delivery.revision}</span>
          ${delivery.next_attempt_at && html`<span class="muted">next in <${Countdown} until=${Date.parse(delivery.next_attempt_at) / 1000} over="a moment" /></span>`}
        </summary>
        <div class="stack">
          ${last && delivery.status !== 'delivered' && html`<p><b>${explain(last)}</b></p>`}
          ${delivery.attempt_count > 1 && html`<p class="muted">Accepted at attempt ${delivery.attempt_count}.</p>`}
          ${delivery.failed_reason && html`<p class="muted">${delivery.failed_reason}</p>`}
          <ol class="timeline">${delivery.attempts.map((attempt, i) => html`<${Attempt} key=${i} attempt=${attempt} />`)}
            ${delivery.next_attempt_at && html`<li class="next"><span class="muted">Next attempt at ${time(delivery.next_attempt_at)}</span></li>`}</ol>
          <div class="actions wrap">
            <a class="button" href=${place.href('keys', { key: delivery.key })}>Show the key</a>
            <span class="grow"></span>
            <${DeliverAgain} delivery=${delivery} />
          </div>
        </div>
      </details>
    </li>`;
}

export const Attempt = ({ attempt }) => html`
  <li class=${attempt.status >= 200 && attempt.status < 300 ? 'good' : 'bad'}>
    <span><b>${attempt.status ?? 'no answer'}</b> <span class="muted">${time(attempt.at)}, ${attempt.duration_ms} ms</span></span>
    <span>${explain(attempt)}</span>
    ${attempt.error && attempt.status && html`<span class="muted">${attempt.error}</span>`}
    ${attempt.answer && html`<pre class="answer" tabindex="0" aria-label="Answer">${attempt.answer}</pre>`}
  </li>`;
