// All keys with a prefix at once: copied or deleted, after a dry run has counted them.
import { html, useRef, useState } from '../lib/html.js';
import { number, plural } from '../lib/format.js';
import { useLoad, useTask } from '../lib/load.js';
import { useApi, usePlace } from '../session/context.js';
import { Button, Check, CurlButton, Field, Name, Problem, Skeleton } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { tell } from '../ui/toasts.js';
import { copyAll, list, removeAll } from './model.js';

const previewed = 10;

/** What can be done with the keys under a folder, or under the prefix that is searched for. */
export function FolderBar({ prefix, onChange }) {
  const place = usePlace();
  const [open, setOpen] = useState(null);
  const { scope } = useApi();
  const close = () => setOpen(null);
  return html`
    <div class="folder-bar" role="group" aria-label="Keys with this prefix">
      <${Name} class="grow">${prefix}<//>
      <a class="button quiet" href=${place.href('live', { prefix })}>Watch</a>
      ${scope.may('read', prefix) && scope.reaches('write') && html`<${Button} onClick=${() => setOpen('copy')}>Copy\u2026<//>`}
      ${scope.may('delete', prefix) && html`<${Button} kind="danger" onClick=${() => setOpen('delete')}>Delete\u2026<//>`}
    </div>
    ${open === 'copy' && html`<${CopyDialog} prefix=${prefix} onClose=${close} onChange=${onChange} />`}
    ${open === 'delete' && html`<${DeleteDialog} prefix=${prefix} onClose=${close} onChange=${onChange} />`}`;
}

function DeleteDialog({ prefix, onClose, onChange }) {
  const api = useApi();
  const isStopped = useRef(false);
  const [deleted, setDeleted] = useState(0);
  const { value: counted, error } = useLoad(async signal => {
    const [count, page] = await Promise.all([
      api.json(removeAll(prefix, true), { signal }), api.json(list({ prefix, fields: 'key', limit: previewed }), { signal }),
    ]);
    return { count: count.deleted, hasMore: count.more, keys: page.items.map(item => item.key) };
  }, []);
  const [start, { isRunning, error: failure }] = useTask(async () => {
    let total = 0;
    try {
      // One call deletes a bounded number of them.
      for (let more = true; more && !isStopped.current;) {
        const answer = await api.json(removeAll(prefix));
        setDeleted(total += answer.deleted);
        more = answer.more;
      }
      tell(`Deleted ${plural(total, 'key')}`);
      onClose();
    } finally {
      onChange();
    }
  });
  return html`
    <${Dialog} title="Delete all keys with a prefix" onClose=${onClose}>
      <div class="stack">
        ${error ? html`<${Problem} error=${error} />` : !counted ? html`<${Skeleton} lines=${3} />` : html`
          <p><b>${counted.hasMore ? 'More than ' : ''}${plural(counted.count, 'key')}</b> begin with <code><${Name}>${prefix}<//></code>. They cannot be brought back all at once.</p>
          <ul class="preview">${counted.keys.map(key => html`<li key=${key}><${Name}>${key}<//></li>`)}
            ${(counted.hasMore || counted.count > previewed) && html`<li class="muted">and others</li>`}</ul>`}
        ${isRunning && html`<p role="status">${number(deleted)} deleted\u2026</p>`}
        <${Problem} error=${failure} />
        <div class="actions">
          <${CurlButton} request=${removeAll(prefix)} what="delete all of them" /><span class="grow"></span>
          ${isRunning ? html`<${Button} onClick=${() => { isStopped.current = true; }}>Stop<//>` : html`<${Button} onClick=${onClose}>Cancel<//>`}
          <${Button} kind="danger" isBusy=${isRunning} disabled=${!counted || counted.count === 0} onClick=${start}>Delete ${counted ? plural(counted.count, 'key') : ''}<//>
        </div>
      </div>
    <//>`;
}

function CopyDialog({ prefix, onClose, onChange }) {
  const api = useApi();
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
    do {
      const answer = await api.json(copyAll({ from: prefix, to, overwrite: overwrites, dry_run: isDryRun, cursor }));
      for (const name of ['copied', 'existing', 'invalid']) sum[name] += answer[name] ?? 0;
      cursor = answer.cursor;
      setReport({ ...sum, isRunning: cursor !== null });
    } while (cursor !== null);
    if (!isDryRun) onChange();
  };
  const [start, { isRunning, error }] = useTask(run);
  const isTried = report?.isDryRun && !report.isRunning;
  return html`
    <${Dialog} title="Copy all keys with a prefix" onClose=${onClose}>
      <form class="stack" onSubmit=${event => { event.preventDefault(); start(!isTried); }}>
        <p class="hint">Values, types and deadlines are copied. The keys under <code><${Name}>${prefix}<//></code> stay as they are.</p>
        <${Field} label="To the prefix" error=${error?.fields?.to?.[0]}>${field => html`
          <input ...${field} class="code" required autofocus value=${to} spellcheck=${false} autocapitalize="off"
            onInput=${event => changed(() => setTo(event.target.value))} />`}<//>
        <${Check} label="Overwrite keys that exist" hint="Otherwise they stay as they are." checked=${overwrites}
          onChange=${event => changed(() => setOverwrites(event.target.checked))} />
        ${report && html`
          <div class=${`notice ${report.isDryRun ? 'info' : 'good'}`} role="status">
            <b>${report.isDryRun ? 'What a copy would do' : report.isRunning ? 'Copying\u2026' : 'Copied'}</b>
            <span>${plural(report.copied, 'key')} ${report.isDryRun ? 'to copy' : 'copied'}${report.existing > 0 ? `, ${number(report.existing)} exist already` : ''}${report.invalid > 0 ? `, ${number(report.invalid)} with a name that would be too long` : ''}</span>
          </div>`}
        ${error && !error.fields?.to && html`<${Problem} error=${error} />`}
        <div class="actions">
          <${CurlButton} request=${() => copyAll({ from: prefix, to, overwrite: overwrites })} what="this copy" /><span class="grow"></span>
          <${Button} onClick=${onClose}>${report && !report.isDryRun ? 'Close' : 'Cancel'}<//>
          <${Button} kind="primary" type="submit" isBusy=${isRunning} disabled=${to === ''}>${isTried ? `Copy ${plural(report.copied, 'key')}` : 'Try'}<//>
        </div>
      </form>
    <//>`;
}
