import { html, useState } from '../lib/html.js';
import { tellChange } from '../lib/changes.js';
import { bytes, bytesOf } from '../lib/format.js';
import { useTask } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Button, CurlButton, Field, Problem } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { tell } from '../ui/toasts.js';
import { write } from './model.js';
import { TextEditor } from './text-editor.js';
import { TtlField, startTtl, ttlOf } from './ttl.js';

const types = [['', 'Text'], ['application/json', 'JSON'], ['file', 'File'], ['other', 'Other type']];

export function CreateDialog({ start, onClose, onCreated, onOpen }) {
  const api = useApi();
  const [key, setKey] = useState(start);
  const [type, setType] = useState('');
  const [otherType, setOtherType] = useState('text/plain');
  const [text, setText] = useState('');
  const [file, setFile] = useState(null);
  const [ttl, setTtl] = useState(startTtl('default'));

  const request = () => write(key, {
    content: type === 'file' ? file.content : bytesOf(text),
    contentType: type === '' ? null : type === 'file' ? file.type : type === 'other' ? otherType : type,
    ttl: ttlOf(ttl) ?? undefined,
    etag: null,
  });
  const [save, { isRunning, error }] = useTask(async () => {
    await api.send(request());
    tell('Key created');
    tellChange('keys');
    onCreated(key);
  });
  const take = async chosen => setFile(chosen && {
    name: chosen.name, type: chosen.type || 'application/octet-stream', content: new Uint8Array(await chosen.arrayBuffer()),
  });
  const isReady = key !== '' && (type !== 'file' || file);
  return html`
    <${Dialog} title="New key" class="wide" onClose=${onClose}>
      <form class="stack" onSubmit=${event => { event.preventDefault(); save(); }}>
        <${Field} label="Key" error=${error?.fields.key?.[0]} hint=${`At most ${api.settings.max_key_length} characters. A slash or a colon makes folders.`}>${field => html`
          <input ...${field} class="code" required autofocus value=${key} spellcheck=${false} autocapitalize="off" onInput=${event => setKey(event.target.value)} />`}<//>
        <div class="pair">
          <${Field} label="Type">${field => html`
            <select ...${field} value=${type} onChange=${event => setType(event.target.value)}>
              ${types.map(([value, title]) => html`<option key=${value} value=${value}>${title}</option>`)}
            </select>`}<//>
          <${TtlField} ttl=${ttl} onChange=${setTtl} modes=${['default', 'never', 'seconds']} error=${error?.fields.ttl?.[0]} />
        </div>
        ${type === 'other' && html`<${Field} label="Content type" hint="A media type, as in text/html.">${field => html`
          <input ...${field} required value=${otherType} onInput=${event => setOtherType(event.target.value)} />`}<//>`}
        ${type === 'file'
          ? html`<${Field} label="File" hint=${file ? `${bytes(file.content.length)} of ${file.type}` : `At most ${bytes(api.settings.max_value_bytes)}.`}>${field => html`
              <input ...${field} type="file" required=${!file} onChange=${event => take(event.target.files[0])} />`}<//>`
          : html`<${TextEditor} text=${text} isJson=${type === 'application/json'} onInput=${setText} error=${error?.fields.value?.[0]} rows=${10} />`}
        ${error?.status === 412
          ? html`<div class="problem" role="alert"><span class="grow">This key exists already. Nothing was changed.</span>
              ${api.scope.may('read', key) && html`<${Button} onClick=${() => onOpen(key)}>Open it<//>`}</div>`
          : error && Object.keys(error.fields).length === 0 && html`<${Problem} error=${error} />`}
        <div class="actions">
          ${isReady && html`<${CurlButton} request=${request} what="create this key" />`}
          <span class="grow"></span>
          <${Button} onClick=${onClose}>Cancel<//>
          <${Button} kind="primary" type="submit" isBusy=${isRunning} disabled=${!isReady}>Create<//>
        </div>
      </form>
    <//>`;
}
