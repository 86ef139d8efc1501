import { html, useEffect, useState } from '../lib/html.js';
import { usePlace } from '../session/context.js';
import { Button, CurlButton, Empty } from '../ui/parts.js';
import { Icon } from '../ui/icons.js';
import { CreateDialog } from './create.js';
import { KeyTree, useTree } from './tree.js';
import { KeyView } from './view.js';
import { list } from './model.js';

// In the address, "none" stands for no delimiter.
const delimiters = [['/', 'Folders by /'], [':', 'Folders by :'], ['none', 'No folders']];

export function KeysPage() {
  const place = usePlace();
  const { key, prefix = '', delimiter = '/' } = place.parameters;
  const [isCreating, create] = useState(false);
  const [typed, setTyped] = useState(prefix);
  const query = { prefix, delimiter: prefix === '' && delimiter !== 'none' ? delimiter : undefined };
  const tree = useTree(query, key);

  const show = (changes, options) => {
    const { namespace, app, ...rest } = place.parameters;
    place.go('keys', { ...rest, ...changes }, options);
  };
  useEffect(() => setTyped(prefix), [prefix]);
  // A pause in typing starts the search.
  useEffect(() => {
    if (typed === prefix) return undefined;
    const timer = setTimeout(() => show({ prefix: typed }, { replaces: true }), 200);
    return () => clearTimeout(timer);
  }, [typed]);

  const select = name => show({ key: name });
  const empty = prefix === ''
    ? html`<${Empty} title="No keys yet" action=${html`<${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New key<//>`}>
        This tenant holds no keys. Create one here, or import an export.<//>`
    : html`<${Empty} title="Nothing begins so" action=${html`<${Button} onClick=${() => setTyped('')}>Show all keys<//>`}>
        No key of this tenant begins with these characters.<//>`;
  return html`
    <div class=${`split ${key === undefined ? 'shows-list' : 'shows-detail'}`}>
      <section class="pane list-pane" aria-labelledby="keys-title">
        <header class="pane-head">
          <h1 id="keys-title">Keys</h1>
          <span class="grow"></span>
          <${CurlButton} request=${() => list(query)} what="this list" />
          <${Button} kind="quiet" icon="refresh" label="Reload the list" onClick=${tree.reload} />
          <${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New key<//>
        </header>
        <div class="filters" role="search">
          <label class="search"><span class="visually-hidden">Keys that begin with</span><${Icon} name="search" />
            <input type="search" placeholder="Keys that begin with\u2026" value=${typed} spellcheck=${false} autocapitalize="off"
              onInput=${event => setTyped(event.target.value)} /></label>
          <label class="visually-hidden" for="delimiter">Folders</label>
          <select id="delimiter" value=${delimiter} disabled=${prefix !== ''} onChange=${event => show({ delimiter: event.target.value })}>
            ${delimiters.map(([value, title]) => html`<option key=${value} value=${value}>${title}</option>`)}
          </select>
        </div>
        <div class="pane-body">
          <${KeyTree} tree=${tree} selected=${key} onSelect=${select} isFlat=${query.delimiter === undefined} empty=${empty} />
        </div>
      </section>
      <section class="pane detail-pane" aria-label="Chosen key">
        ${key === undefined
          ? html`<${Empty} title="No key is chosen">Choose a key on the left. The arrow keys move in the tree, Enter opens.<//>`
          : html`<${KeyView} key=${key} name=${key} onBack=${() => show({ key: undefined })} onGone=${() => tree.forget(key)}
              onChange=${tree.reload} />`}
      </section>
    </div>
    ${isCreating && html`<${CreateDialog} start=${prefix} onClose=${() => create(false)}
      onCreated=${name => { create(false); tree.reload(); select(name); }} onOpen=${name => { create(false); select(name); }} />`}`;
}
