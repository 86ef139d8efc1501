// A value as text, JSON, image or bytes. Whatever it holds is only ever text of the page, or the pixels of an image.
import { html, useEffect, useMemo, useState } from '../lib/html.js';
import { bytes as size } from '../lib/format.js';
import { formatJson, parseJson } from '../lib/json.js';
import { Button } from '../ui/parts.js';
import { kindOf } from './model.js';

const shownAtFirst = 32_768;
const hexAtFirst = 1024;
const largestJson = 1_048_576;

const titles = { text: 'Text', json: 'JSON', image: 'Image', hex: 'Hex' };

export function ValueView({ value }) {
  const best = kindOf(value);
  const json = useMemo(
    () => (value.text !== null && value.content.length <= largestJson ? parseJson(value.text) : null), [value]);
  const kinds = [
    ...(best === 'image' ? ['image'] : []), ...(json ? ['json'] : []), ...(value.text === null ? [] : ['text']), 'hex',
  ];
  const [chosen, choose] = useState(null);
  const kind = kinds.includes(chosen) ? chosen : kinds.includes(best) ? best : kinds[0];
  if (value.content.length === 0) return html`<p class="hint value-empty">The value is empty.</p>`;
  return html`
    <div class="value">
      <div class="segments" role="group" aria-label="Show the value as">
        ${kinds.map(name => html`
          <button type="button" key=${name} aria-pressed=${String(name === kind)} onClick=${() => choose(name)}>${titles[name]}</button>`)}
      </div>
      ${kind === 'text' && html`<${TextView} text=${value.text} />`}
      ${kind === 'json' && html`<${JsonView} node=${json} />`}
      ${kind === 'image' && html`<${ImageView} value=${value} />`}
      ${kind === 'hex' && html`<${HexView} content=${value.content} />`}
    </div>`;
}

function TextView({ text }) {
  const [isWhole, showWhole] = useState(false);
  const isCut = text.length > shownAtFirst && !isWhole;
  return html`
    <pre class="text" tabindex="0" aria-label="Value" data-focus>${isCut ? text.slice(0, shownAtFirst) : text}</pre>
    ${isCut && html`<p class="cut">The first ${size(shownAtFirst)} are shown.
      <${Button} onClick=${() => showWhole(true)}>Show all (${size(text.length)})<//></p>`}`;
}

const childrenAtFirst = 200;

function JsonView({ node }) {
  return html`<div class="json" tabindex="0" role="group" aria-label="Value" data-focus><${JsonNode} node=${node} depth=${0} /></div>`;
}

function JsonNode({ node, name, depth, comma }) {
  const [isWhole, showWhole] = useState(false);
  const label = name === undefined ? null : html`<span class="json-name"><bdi>${name}</bdi></span>: `;
  const end = comma ? ',' : '';
  const children = node.kind === 'object' ? node.members : node.kind === 'array' ? node.items.map(item => [undefined, item]) : null;
  if (!children) return html`<div class="json-line">${label}<span class=${`json-${node.kind}`}><bdi>${node.text}</bdi></span>${end}</div>`;
  const [open, close] = node.kind === 'object' ? '{}' : '[]';
  if (children.length === 0) return html`<div class="json-line">${label}${open}${close}${end}</div>`;
  const shown = isWhole ? children : children.slice(0, childrenAtFirst);
  return html`
    <details open=${depth < 3}>
      <summary class="json-line">${label}${open}<span class="json-folded"> ${children.length} ${close}${end}</span></summary>
      <div class="json-children">
        ${shown.map(([childName, child], i) => html`
          <${JsonNode} key=${i} name=${childName} node=${child} depth=${depth + 1} comma=${i < children.length - 1} />`)}
        ${shown.length < children.length && html`<${Button} onClick=${() => showWhole(true)}>Show all ${children.length}<//>`}
      </div>
      <div class="json-line">${close}${end}</div>
    </details>`;
}

function ImageView({ value }) {
  const [url, setUrl] = useState(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([value.content], { type: value.contentType }));
    setUrl(made);
    setBroken(false);
    return () => URL.revokeObjectURL(made);
  }, [value]);
  if (isBroken) return html`<p class="hint">The browser cannot show this as ${value.contentType}. See the bytes.</p>`;
  return url && html`<div class="image"><img src=${url} alt="The value as an image" onError=${() => setBroken(true)} /></div>`;
}

function HexView({ content }) {
  const [length, setLength] = useState(hexAtFirst);
  const lines = useMemo(() => {
    const made = [];
    for (let at = 0; at < Math.min(length, content.length); at += 16) {
      const part = [...content.subarray(at, at + 16)];
      made.push([
        at.toString(16).padStart(6, '0'),
        part.map(byte => byte.toString(16).padStart(2, '0')).join(' ').padEnd(47),
        part.map(byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '\u00b7')).join(''),
      ].join('  '));
    }
    return made.join('\n');
  }, [content, length]);
  return html`
    <pre class="hex" tabindex="0" aria-label="Bytes of the value" data-focus>${lines}</pre>
    ${length < content.length && html`<p class="cut">${size(length)} of ${size(content.length)} are shown.
      <${Button} onClick=${() => setLength(length * 8)}>Show more<//></p>`}`;
}

/** JSON with two spaces a level; null when the text is not JSON. */
export function formatted(text) {
  const node = parseJson(text);
  return node && formatJson(node);
}
