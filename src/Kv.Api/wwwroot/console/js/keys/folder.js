// All keys with a prefix at once: copied or deleted, after a dry run has counted them.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { tellChange } from '../lib/changes.js';
import { number, plural } from '../lib/format.js';
import { useLoad, useTask } from '../lib/load.js';
import { useApi, usePlace } from '../session/context.js';
import { Button, Check, CurlButton, Field, Name, Problem, Skeleton } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { tell } from '../ui/toasts.js';
import { copyAll, list, removeAll } from './model.js';

const previewed = 10;

// A deletion or a copy ends where its dialog ends, even when the whole page is left.
function useStop() {
  const stop = useRef({ isAsked: false, isLeft: false }).current;
  useEffect(() => () => { stop.isAsked = stop.isLeft = true; }, []);
  return stop;
}

/** What can be done with the keys under a folder, or under the prefix that is searched for, as long as there are any. */
export function FolderBar({ query, prefix, hasKeys }) {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  return html`
    ${hasKeys && html`<${Actions} query=${query} prefix=${prefix} onOpen=${setOpen} />`}
    ${open === 'copy' && html`<${CopyDialog} prefix=${prefix} onClose=${close} />`}
    ${open === 'delete' && html`<${DeleteDialog} prefix=${prefix} onClose=${close} />`}`;
}

function Actions({ query, prefix, onOpen }) {
  const place = usePlace();
  const { scope } = useApi();
  return html`
    <div class="folder-bar" role="group" aria-label="Keys with this prefix">
      <${Name} class="grow">${prefix}<//>
      <${CurlButton} request=${list({ ...query, prefix })} what="this folder" />
      ${scope.may('read', prefix) && html`<a class="button quiet" href=${place.href('live', { prefix })}>Watch</a>`}
      ${scope.may('read', prefix) && scope.reaches('write') && html`<${Button} onClick=${() => onOpen('copy')}>Copy\u2026<//>`}
      ${scope.may('delete', prefix) && html`<${Button} kind="danger" onClick=${() => onOpen('delete')}>Delete\u2026<//>`}
    </div>`;
}

function DeleteDialog({ prefix, onClose }) {
  const api = useApi();
  const stop = useStop();
  const [deleted, setDeleted] = useState(0);
  const { value: counted, error } = useLoad(async signal => {
    const [count, page] = await Promise.all([
      api.json(removeAll(prefix, true), { signal }), api.json(list({ prefix, fields: 'key', limit: previewed }), { signal }),
    ]);
    return { count: count.deleted, keys: page.items.map(item => item.key) };
  }, []);
  const [start, { isRunning, error: failure }] = useTask(async () => {
    let total = 0;
    stop.isAsked = false;
    try {
      // One call deletes a bounded number of them.
      for (let more = true; more && !stop.isAsked;) {
        const answer = await api.json(removeAll(prefix));
        setDeleted(total += answer.deleted);
        more = answer.more;
      }
      tell(`Deleted ${plural(total, 'key')}`);
      onClose();
    } finally {
      tellChange('keys');
    }
  });
  const leave = isRunning ? () => { stop.isAsked = true; } : onClose;
  return html`
    <${Dialog} title="Delete all keys with a prefix" onClose=${leave}>
      <div class="stack">
        ${error ? html`<${Problem} error=${error} />` : !counted ? html`<${Skeleton} lines=${3} />` : html`
          <p><b>${plural(counted.count, 'key')}</b> begin with <code><${Name}>${prefix}<//></code>. They cannot be brought back all at once.</p>
          <ul class="preview">${counted.keys.map(key => html`<li key=${key}><${Name}>${key}<//></li>`)}
            ${counted.count > previewed && html`<li class="muted">and others</li>`}</ul>`}
        ${isRunning && html`<p role="status">${number(deleted)} deleted\u2026</p>`}
        <${Problem} error=${failure} />
        <div class="actions">
          <${CurlButton} request=${removeAll(prefix, true)} what="count them" />
          <${CurlButton} request=${removeAll(prefix)} what="delete all of them" /><span class="grow"></span>
          <${Button} onClick=${leave}>${isRunning ? 'Stop' : 'Cancel'}<//>
          <${Button} kind="danger" isBusy=${isRunning} disabled=${!counted || counted.count === 0} onClick=${start}>Delete ${counted ? plural(counted.count, 'key') : ''}<//>
        </div>
      </div>
    <//>`;
}

function CopyDialog({ prefix, onClose }) {
  const api = useApi();
  const stop = useStop();
  const [to, setTo] = useState('');
  const [overwrites, setOverwrites] = useState(false);
  const [report, setReport] = useState(null);
  const changed = change => {
    setReport(null);
    change();
  };
  const run = async isDryRun => {
    const sum = { copied: 0, existing: 0, invalid: 0, isDryRun };
    let cursor = null;
    stop.isAsked = false;
    do {
      const answer = await api.json(copyAll({ from: prefix, to, overwrite: overwrites, dry_run: isDryRun, cursor }));
      for (const name of ['copied', 'existing', 'invalid']) sum[name] += answer[name] ?? 0;
      cursor = answer.cursor;
      setReport({ ...sum, hasMore: cursor !== null });
    } while (cursor !== null && !stop.isAsked);
    if (stop.isLeft && !isDryRun) tell(`${cursor === null ? '' : 'Stopped: '}${plural(sum.copied, 'key')} copied`);
  };
  const [start, { isRunning, error }] = useTask(async isDryRun => {
    try {
      await run(isDryRun);
    } finally {
      if (!isDryRun) tellChange('keys');
    }
  });
  const isTried = report?.isDryRun && !report.hasMore;
  const leave = isRunning ? () => { stop.isAsked = true; } : onClose;
  const title = report?.hasMore && !isRunning ? 'Stopped' : report?.isDryRun ? 'What a copy would do' : isRunning ? 'Copying\u2026' : 'Copied';
  return html`
    <${Dialog} title="Copy all keys with a prefix" onClose=${leave}>
      <form class="stack" onSubmit=${event => { event.preventDefault(); start(!isTried); }}>
        <p class="hint">Values, types and deadlines are copied. The keys under <code><${Name}>${prefix}<//></code> stay as they are.</p>
        <${Field} label="To the prefix" error=${error?.fields?.to?.[0]}>${field => html`
          <input ...${field} class="code" required autofocus readonly=${isRunning} value=${to} spellcheck=${false} autocapitalize="off"
            onInput=${event => changed(() => setTo(event.target.value))} />`}<//>
        <${Check} label="Overwrite keys that exist" hint="Otherwise they stay as they are." checked=${overwrites} disabled=${isRunning}
          onChange=${event => changed(() => setOverwrites(event.target.checked))} />
        ${report && html`
          <div class=${`notice ${report.isDryRun ? 'info' : 'good'}`} role="status">
            <b>${title}</b>
            <span>${plural(report.copied, 'key')} ${report.isDryRun ? 'to copy' : 'copied'}${report.existing > 0 ? `, ${number(report.existing)} exist already` : ''}${report.invalid > 0 ? `, ${number(report.invalid)} with a name that would be too long` : ''}</span>
          </div>`}
        ${error && !error.fields?.to && html`<${Problem} error=${error} />`}
        <div class="actions">
          <${CurlButton} request=${() => copyAll({ from: prefix, to, overwrite: overwrites, dry_run: true })} what="the dry run" />
          <${CurlButton} request=${() => copyAll({ from: prefix, to, overwrite: overwrites })} what="this copy" /><span class="grow"></span>
          <${Button} onClick=${leave}>${isRunning ? 'Stop' : report && !report.isDryRun ? 'Close' : 'Cancel'}<//>
          <${Button} kind="primary" type="submit" isBusy=${isRunning} disabled=${to === ''}>${isTried ? `Copy ${plural(report.copied, 'key')}` : 'Try'}<//>
        </div>
      </form>
    <//>`;
}
