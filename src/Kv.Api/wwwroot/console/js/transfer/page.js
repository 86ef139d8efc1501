// Keys out of a tenant and into it, as lines of JSON.
import { html, useState } from '../lib/html.js';
import { ApiError, call } from '../lib/api.js';
import { tellChange } from '../lib/changes.js';
import { bytes, number, plural } from '../lib/format.js';
import { useApi } from '../session/context.js';
import { Button, Check, CurlButton, Field, Problem } from '../ui/parts.js';
import { useJob } from './job.js';

export function TransferPage() {
  const { scope } = useApi();
  return html`
    <header class="page-head"><h1>Import and export</h1></header>
    <div class="cards">${scope.reaches('read') && html`<${Export} />`}${scope.reaches('write') && html`<${Import} />`}</div>`;
}

function Export() {
  const api = useApi();
  const [prefix, setPrefix] = useState(api.scope.prefixesOf('read')[0] ?? '');
  const request = () => call('GET', 'export', { query: { prefix } });

  const [start, { isRunning, error, progress, controller }] = useJob(`export ${tenantOf(api)}`, async (update, signal) => {
    update({ progress: { keys: 0, size: 0 } });
    try {
      const response = await api.send(request(), { signal });
      const parts = [];
      let keys = 0;
      let size = 0;
      for (const reader = response.body.getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) break;
        parts.push(value);
        size += value.length;
        for (const byte of value) keys += byte === 10;
        update({ progress: { keys, size } });
      }
      save(new Blob(parts, { type: 'application/x-ndjson' }), `kv-${api.tenant.namespace}-${api.tenant.app}.ndjson`);
      update({ progress: { keys, size, isDone: true } });
      return `${plural(keys, 'key')} exported. The file is saved.`;
    } catch (failure) {
      update({ progress: null });
      // A connection that breaks within an answer has no status.
      if (failure.name !== 'AbortError') throw failure instanceof ApiError ? failure : new Error('The export broke off. Nothing was saved.');
      return 'The export is stopped. Nothing was saved.';
    }
  });
  return html`
    <section class="card stack" aria-labelledby="export">
      <h2 id="export">Export</h2>
      <p class="hint">All keys at one revision, a line of JSON for each, with value, type and expiry.</p>
      <form class="stack" onSubmit=${event => { event.preventDefault(); start(); }}>
        <${Field} label="Keys that begin with" hint="Leave it empty for all keys of this tenant.">${field => html`
          <input ...${field} class="code" value=${prefix} spellcheck=${false} onInput=${event => setPrefix(event.target.value)} />`}<//>
        ${progress && html`<p role="status">${plural(progress.keys, 'key')}, ${bytes(progress.size)}${progress.isDone ? '. The file is saved.' : '\u2026'}</p>`}
        <${Problem} error=${error} />
        <div class="actions">
          <${CurlButton} request=${request} what="this export" /><span class="grow"></span>
          ${isRunning && html`<${Button} onClick=${() => controller.abort()}>Stop<//>`}
          <${Button} kind="primary" type="submit" isBusy=${isRunning}>Export<//>
        </div>
      </form>
    </section>`;
}

const tenantOf = api => `${api.tenant.namespace}/${api.tenant.app}`;

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const modes = [
  ['overwrite', 'Overwrite existing keys'], ['skip', 'Skip existing keys'], ['fail', 'Stop at an existing key'],
];

function Import() {
  const api = useApi();
  const [file, setFile] = useState(null);
  const [mode, setMode] = useState('skip');
  const [isDryRun, setDryRun] = useState(true);
  const request = () => call('POST', 'import', {
    query: { mode, dry_run: isDryRun ? 'true' : undefined }, headers: { 'Content-Type': 'application/x-ndjson' }, body: file,
  });
  const [start, { isRunning, error, size, sent, result, controller }, update] = useJob(`import ${tenantOf(api)}`, async (update, signal) => {
    update({ size: file.size, sent: 0, result: null });
    const report = await send(api, request(), bytesSent => update({ sent: bytesSent }), signal);
    update({ result: { report, wasDryRun: isDryRun } });
    if (!isDryRun) tellChange('keys');
    return titleOf(report, isDryRun);
  });
  return html`
    <section class="card stack" aria-labelledby="import">
      <h2 id="import">Import</h2>
      <p class="hint">Takes what an export made. If a line is refused, all lines before it are written and none after.</p>
      <form class="stack" onSubmit=${event => { event.preventDefault(); start(); }}>
        <${Field} label="File" hint=${file ? bytes(file.size) : 'Lines of JSON, as an export has them.'}>${field => html`
          <input ...${field} type="file" required accept=".ndjson,.jsonl,.json,application/x-ndjson"
            onChange=${event => { setFile(event.target.files[0] ?? null); update({ result: null }); }} />`}<//>
        <${Field} label="Keys that exist">${field => html`
          <select ...${field} value=${mode} onChange=${event => setMode(event.target.value)}>
            ${modes.map(([value, title]) => html`<option key=${value} value=${value}>${title}</option>`)}
          </select>`}<//>
        <${Check} label="Dry run" hint="Counts and changes nothing." checked=${isDryRun} onChange=${event => setDryRun(event.target.checked)} />
        ${isRunning && html`<progress aria-label="Sent" max=${size || 1} value=${sent}></progress>`}
        ${result && html`<${Report} ...${result} />`}
        <${Problem} error=${error} />
        <div class="actions">
          <${CurlButton} request=${request} what="this import" /><span class="grow"></span>
          ${isRunning && html`<${Button} onClick=${() => controller.abort()}>Stop<//>`}
          <${Button} kind="primary" type="submit" isBusy=${isRunning} disabled=${!file}>${isDryRun ? 'Try' : 'Import'}<//>
        </div>
      </form>
    </section>`;
}

const titleOf = (report, wasDryRun) => (report.error ? `Line ${report.error.line}: ${report.error.message}`
  : wasDryRun ? 'The dry run found no mistake.' : 'The import is complete.');

function Report({ report, wasDryRun }) {
  const counts = [['read', report.read], [wasDryRun ? 'to write' : 'written', report.written], ['skipped', report.skipped], ['expired', report.expired]];
  return html`
    <div class=${`notice ${report.done ? 'good' : 'bad'}`} role="status">
      <b>${titleOf(report, wasDryRun)}</b>
      <dl class="counts">${counts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${number(value)}</dd></div>`)}</dl>
    </div>`;
}

// fetch tells nothing of what it has sent; XMLHttpRequest does. The last line of the answer is the report.
function send(api, request, tellSent, signal) {
  return new Promise((done, fail) => {
    const sending = new XMLHttpRequest();
    signal.addEventListener('abort', () => sending.abort());
    sending.open(request.method, api.urlOf(request));
    for (const [name, value] of Object.entries(api.headersOf(request))) sending.setRequestHeader(name, value);
    sending.upload.onprogress = event => tellSent(event.loaded);
    sending.onerror = () => fail(new ApiError(0));
    sending.onabort = () => fail(new Error('Stopped. The lines that Kv had read are written.'));
    sending.onload = () => {
      let last = null;
      try {
        last = JSON.parse(sending.responseText.trim().split('\n').at(-1));
      } catch {
        // Not JSON: the status says what is wrong.
      }
      const report = last?.import ?? last;
      if (report?.read !== undefined) done(report);
      else fail(new ApiError(sending.status, last));
    };
    sending.send(request.body);
  });
}
