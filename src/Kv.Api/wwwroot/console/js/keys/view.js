import { html, useState } from '../lib/html.js';
import { tellChange, useChanges } from '../lib/changes.js';
import { bytes, visible } from '../lib/format.js';
import { useLoad, useTask } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Badge, Button, Countdown, CurlButton, curlCopy, CurlMenu, Empty, Problem, Skeleton, Tabs } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { tell, tellError } from '../ui/toasts.js';
import { ExplainWebhook } from '../webhooks/explain.js';
import { EditKey } from './edit.js';
import { History } from './history.js';
import { ValueView } from './value.js';
import { TtlField, startTtl, ttlOf } from './ttl.js';
import { changeTtl, load, longPoll, read, remaining, remove, write } from './model.js';

export function KeyView({ name, onGone }) {
  const api = useApi();
  const { value: loaded, error, isLoading, reload } = useLoad(signal => load(api, name, signal), [name]);
  useChanges('keys', reload);
  const [tab, setTab] = useState('value');
  // An edit begins with the value that the person sees, and stays with it.
  const [edited, edit] = useState(null);
  const value = edited ?? loaded;
  const [isTtlOpen, openTtl] = useState(false);

  const mayWrite = api.scope.may('write', name);
  const mayDelete = api.scope.may('delete', name);
  const [deleted, setDeleted] = useState(null);
  const changed = () => {
    edit(null);
    tellChange('keys');
  };
  const [erase, erasing] = useTask(async () => {
    try {
      const response = await api.send(remove(name, value.etag), { expected: [412] });
      if (response.status === 412) {
        tell('Someone else changed this key. Look at it before you delete it.', { kind: 'bad' });
        reload();
        return;
      }
      setDeleted(value);
      onGone();
      reload();
      tell(`Deleted ${visible(name.length > 40 ? `${name.slice(0, 40)}\u2026` : name)}`, {
        action: mayWrite ? { title: 'Undo', run: () => undo(value), copy: curlCopy(api, undoing(value), 'bring it back') } : undefined,
      });
    } catch (failure) {
      tellError(failure);
    }
  });
  const undoing = former => () => write(name, {
    content: former.content, contentType: former.contentType, ttl: remaining(former.expireAt) ?? undefined, etag: null,
  });
  const undo = async former => {
    if (remaining(former.expireAt) === null) {
      tell('Its time is over meanwhile: it would expire at once.', { kind: 'bad' });
      return;
    }
    try {
      await api.send(undoing(former)());
      tell('Brought back');
      setDeleted(null);
      changed();
    } catch (failure) {
      tellError(failure.status === 412 ? new Error('Someone else created the key anew. It stays as it is.') : failure);
    }
  };

  if (error && !edited) return html`<${Problem} error=${error} retry=${reload} />`;
  if (isLoading && value === undefined) return html`<div class="pane-body"><${Skeleton} lines=${6} /></div>`;
  if (value === null) {
    return html`
      <div class="pane-body">
        <${Empty} title="There is no such key" action=${deleted && mayWrite && html`
          <span class="inline"><${Button} onClick=${() => undo(deleted)}>Undo the deletion<//>
            <${CurlButton} request=${undoing(deleted)} what="undo the deletion" /></span>`}>
          It was deleted, it has expired, or it was never there.<//>
        <${History} name=${name} value=${null} onRestored=${changed} />
      </div>`;
  }
  return html`
    <div class="pane-body">
      <div class="facts">
        <${Badge}>${value.contentType ? html`<bdi>${value.contentType}</bdi>` : value.text === null ? 'binary' : 'text'}<//>
        <${Badge}>${bytes(value.content.length)}<//>
        <${Badge} title=${`Created at revision ${value.createRevision}`}>revision ${value.etag.replaceAll('"', '')}<//>
        <${Badge} title="Writes since it was created">version ${value.version}<//>
        ${value.expireAt !== null && html`<${Badge} kind="warn">expires in <${Countdown} until=${value.expireAt} onEnd=${reload} /><//>`}
      </div>
      ${!edited && html`
        <div class="actions bar">
          ${mayWrite && html`
            <${Button} icon="edit" onClick=${() => { setTab('value'); edit(value); }}>Edit<//>
            <${Button} icon="clock" onClick=${() => openTtl(true)}>Expiry<//>`}
          ${mayDelete && html`<${Button} kind="danger" icon="trash" isBusy=${erasing.isRunning} onClick=${erase}>Delete<//>`}
          <span class="grow"></span>
          <${CurlMenu} calls=${[
            { what: 'Read this key', request: read(name) },
            ...(mayDelete ? [{ what: 'Delete this key', request: remove(name, value.etag) }] : []),
            { what: 'Wait for its next change', request: longPoll(name, value.etag) },
          ]} />
          <${Button} kind="quiet" icon="refresh" label="Reload the key" onClick=${reload} />
        </div>
        <${Tabs} label="Key" active=${tab} onSelect=${setTab} tabs=${[{ id: 'value', title: 'Value' }, { id: 'history', title: 'History' },
          ...(api.scope.may('webhooks') ? [{ id: 'webhooks', title: 'Webhooks' }] : [])]} />`}
      ${edited ? html`<${EditKey} value=${edited} onDone=${changed} onCancel=${() => edit(null)} />`
        : tab === 'value' ? html`<${ValueView} key=${value.etag} value=${value} />`
          : tab === 'webhooks' ? html`<${ExplainWebhook} key=${value.etag} keyName=${name} />`
          : html`<${History} name=${name} value=${value} onRestored=${changed} />`}
    </div>
    ${isTtlOpen && html`<${ExpiryDialog} value=${value} onClose=${() => openTtl(false)} onDone=${() => { openTtl(false); changed(); }} />`}`;
}

function ExpiryDialog({ value, onClose, onDone }) {
  const api = useApi();
  const [ttl, setTtl] = useState(startTtl('seconds'));
  const request = () => {
    const chosen = ttlOf(ttl);
    return changeTtl(value.key, value.etag, chosen === 'never' ? null : chosen);
  };
  const [save, { isRunning, error }] = useTask(async () => {
    await api.send(request());
    tell('Expiry changed');
    onDone();
  });
  return html`
    <${Dialog} title="Change the expiry" onClose=${onClose}>
      <form class="stack" onSubmit=${event => { event.preventDefault(); save(); }}>
        <${TtlField} ttl=${ttl} onChange=${setTtl} modes=${['seconds', 'never']} expireAt=${value.expireAt} error=${error?.fields.ttl?.[0]} />
        <p class="hint">The value stays as it is.</p>
        ${error && Object.keys(error.fields).length === 0 && html`<${Problem} error=${error} />`}
        <div class="actions">
          <${CurlButton} request=${request} what="change the expiry" /><span class="grow"></span>
          <${Button} onClick=${onClose}>Cancel<//>
          <${Button} kind="primary" type="submit" isBusy=${isRunning}>Save<//>
        </div>
      </form>
    <//>`;
}
