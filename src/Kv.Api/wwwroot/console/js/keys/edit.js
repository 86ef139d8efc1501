import { html, useLayoutEffect, useRef, useState } from '../lib/html.js';
import { bytes, bytesOf } from '../lib/format.js';
import { useTask } from '../lib/load.js';
import { useApi } from '../session/context.js';
import { Button, CurlButton, Field, Problem } from '../ui/parts.js';
import { tell } from '../ui/toasts.js';
import { Conflict } from './conflict.js';
import { kindOf, load, remaining, write } from './model.js';
import { TextEditor, toLineFeeds, withLineEndsOf } from './text-editor.js';
import { TtlField, startTtl, ttlOf } from './ttl.js';

/** Changes a value under the ETag that the person saw. What someone else wrote meanwhile is shown, never overwritten unseen. */
export function EditKey({ value, onDone, onCancel }) {
  const api = useApi();
  const isText = value.text !== null;
  const [text, setText] = useState(() => toLineFeeds(value.text ?? ''));
  const [file, setFile] = useState(null);
  const [ttl, setTtl] = useState(startTtl('keep'));
  const [conflict, setConflict] = useState(null);
  const [base, setBase] = useState(value);
  const form = useRef(null);
  useLayoutEffect(() => form.current?.querySelector('textarea, input').focus(), [conflict]);

  const requestOf = (content, etag) => write(value.key, {
    content, etag, contentType: value.contentType, ttl: ttlOf(ttl, remaining(value.expireAt)) ?? undefined,
  });
  const contentOf = edited => (isText ? bytesOf(withLineEndsOf(value.text, edited)) : file);
  const [save, { isRunning, error }] = useTask(async (content, etag) => {
    const response = await api.send(requestOf(content, etag), { expected: [412] });
    if (response.status === 412) {
      const theirs = await load(api, value.key);
      setConflict({ theirs });
      return;
    }
    tell('Saved');
    onDone();
  });

  if (conflict) {
    const { theirs } = conflict;
    const chosen = merged => [merged === null ? file : contentOf(merged), theirs?.etag ?? null];
    return html`<${Conflict} key=${theirs?.etag} base=${base} theirs=${theirs} mine=${isText ? text : null}
      content=${contentOf(text)} contentType=${value.contentType} isBusy=${isRunning} error=${error}
      request=${merged => requestOf(...chosen(merged))}
      onDiscard=${onDone}
      onSave=${merged => {
        // Should it fail again, what was merged so far is mine, and what it was merged with is the base.
        if (merged !== null) setText(merged);
        setBase(theirs ?? base);
        save(...chosen(merged));
      }}
      onBack=${() => setConflict(null)} />`;
  }
  const isReady = isText || file;
  const submit = () => isReady && !isRunning && save(contentOf(text), value.etag);
  const take = async chosen => setFile(chosen ? new Uint8Array(await chosen.arrayBuffer()) : null);
  return html`
    <form ref=${form} class="stack edit" onSubmit=${event => { event.preventDefault(); submit(); }}
      onKeyDown=${event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          form.current.requestSubmit();
        }
        if (event.key === 'Escape') onCancel();
      }}>
      ${isText
        ? html`<${TextEditor} text=${text} isJson=${kindOf(value) === 'json'} onInput=${setText} error=${error?.fields.value?.[0]} />`
        : html`<${Field} label="File" hint=${file ? bytes(file.length) : 'The value is not text: replace it by a file.'}>${field => html`
            <input ...${field} type="file" required=${!file} onChange=${event => take(event.target.files[0])} />`}<//>`}
      <${TtlField} ttl=${ttl} onChange=${setTtl} modes=${['keep', ...(value.expireAt === null ? [] : ['never']), 'seconds']} expireAt=${value.expireAt}
        error=${error?.fields.ttl?.[0]} />
      ${error && Object.keys(error.fields).length === 0 && html`<${Problem} error=${error} />`}
      <div class="actions">
        ${isReady && html`<${CurlButton} request=${() => requestOf(contentOf(text), value.etag)} what="save this value" />`}
        <span class="grow"></span>
        <${Button} onClick=${onCancel}>Cancel<//>
        <${Button} kind="primary" type="submit" isBusy=${isRunning} disabled=${!isReady}>Save<//>
      </div>
    </form>`;
}
