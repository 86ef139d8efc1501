// Someone else changed the key while it was edited: both values and their common base, and three ways on.
import { html, useLayoutEffect, useMemo, useRef, useState } from '../lib/html.js';
import { merge } from '../lib/diff.js';
import { bytes } from '../lib/format.js';
import { Button, CurlButton, Problem, Tabs } from '../ui/parts.js';
import { Diff } from '../ui/diff.js';
import { TextEditor, toLineFeeds } from './text-editor.js';

/** @param mine the text of the person; null where the value is not text. `content` are its bytes. */
export function Conflict({ base, theirs, mine, content, contentType, isBusy, error, request, onDiscard, onSave, onBack }) {
  const [tab, setTab] = useState('merge');
  const isText = mine !== null && (theirs === null || theirs.text !== null);
  const [before, other] = [toLineFeeds(base.text ?? ''), toLineFeeds(theirs?.text ?? '')];
  const start = useMemo(() => (isText && theirs ? merge(before, mine, other) : { text: mine ?? '', conflicts: 0 }), []);
  const section = useRef(null);
  useLayoutEffect(() => section.current.focus(), []);
  const [merged, setMerged] = useState(start.text);
  return html`
    <section ref=${section} class="conflict stack" aria-label="Conflict" tabindex="-1">
      <div class="notice warn" role="alert">
        <b>${theirs ? 'Someone else changed this key meanwhile.' : 'Someone else deleted this key meanwhile.'}</b>
        Nothing of yours is saved yet.
      </div>
      ${isText && theirs && html`
        <${Tabs} label="Conflict" active=${tab} onSelect=${setTab} tabs=${[
          { id: 'merge', title: 'Merge' }, { id: 'mine', title: 'Yours' }, { id: 'theirs', title: 'Theirs' }, { id: 'base', title: 'Base' },
        ]} />
        ${tab === 'merge' && html`
          <p class="hint">${start.conflicts === 0
            ? 'Both changes fit together. This is the result; you can still change it.'
            : `${start.conflicts === 1 ? 'One place was' : `${start.conflicts} places were`} changed by both. They stand between the marks; choose and remove the marks.`}</p>
          <${TextEditor} label="Merged value" text=${merged} onInput=${setMerged} />`}
        ${tab === 'mine' && html`<p class="hint">What you changed of the base.</p><${Diff} label="Your change" before=${before} after=${mine} />`}
        ${tab === 'theirs' && html`<p class="hint">What is stored now, against the base.</p><${Diff} label="Their change" before=${before} after=${other} />`}
        ${tab === 'base' && html`<p class="hint">The value that you began with.</p><pre class="text" tabindex="0" aria-label="Base">${before}</pre>`}`}
      ${!isText && theirs && html`
        <dl class="settings">
          <dt>Yours</dt><dd>${facts(content, contentType)}</dd>
          <dt>Theirs</dt><dd>${facts(theirs.content, theirs.contentType)}</dd>
        </dl>`}
      <${Problem} error=${error} />
      <div class="actions wrap">
        <${Button} onClick=${onBack}>Back<//>
        <${CurlButton} request=${() => request(isText && theirs ? merged : mine)} what=${theirs ? 'save this' : 'create it'} />
        <span class="grow"></span>
        <${Button} onClick=${onDiscard}>${theirs ? 'Keep theirs' : 'Leave it deleted'}<//>
        ${isText && theirs && html`<${CurlButton} request=${() => request(mine)} what="overwrite with mine" />`}
        <${Button} isBusy=${isBusy} onClick=${() => onSave(mine)}>${theirs ? 'Overwrite with mine' : 'Create it with mine'}<//>
        ${isText && theirs && html`<${Button} kind="primary" isBusy=${isBusy} onClick=${() => onSave(merged)}>Save the merge<//>`}
      </div>
    </section>`;
}

const facts = (content, contentType) => html`${bytes(content.length)}, <bdi>${contentType ?? 'without a type'}</bdi>`;
