import { html, useMemo } from '../lib/html.js';
import { bytesOf, bytes } from '../lib/format.js';
import { useApi } from '../session/context.js';
import { Button, Field } from '../ui/parts.js';
import { parseJson } from '../lib/json.js';
import { formatted } from './value.js';

/** The text of a value, with its size and, for JSON, whether it is well-formed. */
export function TextEditor({ label = 'Value', text, isJson, onInput, error, rows = 14 }) {
  const { settings } = useApi();
  const length = useMemo(() => bytesOf(text).length, [text]);
  const isValid = useMemo(() => !isJson || parseJson(text) !== null, [text, isJson]);
  const tooLarge = length > settings.max_value_bytes && `The value has ${bytes(length)}; the most is ${bytes(settings.max_value_bytes)}.`;
  return html`
    <${Field} class="editor" label=${label} error=${error || tooLarge}
      hint=${html`${bytes(length)}${isJson && (isValid ? ' \u00b7 valid JSON' : ' \u00b7 not valid JSON')}`}>${field => html`
      <textarea ...${field} class="code" rows=${rows} spellcheck=${false} autocapitalize="off" autocomplete="off" value=${text}
        onInput=${event => onInput(event.target.value)} />`}<//>
    ${isJson && isValid && html`<${Button} class="format" onClick=${() => onInput(formatted(text))}>Format JSON<//>`}`;
}

// A text area has only line feeds. Where a value has CRLF throughout, it gets them back.
export const toLineFeeds = text => text.replaceAll('\r\n', '\n');

export const withLineEndsOf = (original, text) =>
  (original !== null && original.includes('\r\n') && !/(^|[^\r])\n/.test(original) ? text.replaceAll('\n', '\r\n') : text);
