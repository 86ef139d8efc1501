import { html, useEffect, useRef, useState } from '../lib/html.js';
import { useChanges } from '../lib/changes.js';
import { useApi, usePlace } from '../session/context.js';
import { Button, CopyButton, CurlButton, Empty, Name } from '../ui/parts.js';
import { Icon } from '../ui/icons.js';
import { lazy } from '../ui/lazy.js';
import { FolderBar } from './folder.js';
import { KeyTree, useTree } from './tree.js';
import { SearchProgress } from './search.js';
import { Usage } from './usage.js';
import { list } from './model.js';

const CreateDialog = lazy(async () => (await import('./create.js')).CreateDialog, null);
const KeyView = lazy(async () => (await import('./view.js')).KeyView);

// In the address, "none" stands for no delimiter.
const delimiters = [['/', 'Folders by /'], [':', 'Folders by :'], ['none', 'No folders']];

export function KeysPage() {
  const { scope } = useApi();
  return scope.reaches('read') ? html`<${Keys} />` : html`<${Unreadable} />`;
}

function Unreadable() {
  const { scope } = useApi();
  const [isCreating, create] = useState(false);
  return html`
    <${Empty} title="This credential may not read keys" action=${scope.reaches('write') && html`
      <${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New key<//>`}>Sign in with another credential to see them.<//>
    ${isCreating && html`<${CreateDialog} start=${scope.prefixesOf('write')[0]} onClose=${() => create(false)} onCreated=${() => create(false)} />`}`;
}

// The arrow leads from the search to what it found.
function toTheTree(event) {
  const row = event.key === 'ArrowDown' && event.target.closest('.pane').querySelector('[role=tree] [tabindex="0"]');
  if (!row) return;
  event.preventDefault();
  row.focus();
}

function Keys() {
  const api = useApi();
  const place = usePlace();
  const { key, prefix = '', contains = '', delimiter = '/' } = place.parameters;
  const [isCreating, create] = useState(false);
  // The address decides where it has a search, so that going back brings the former one.
  const [chosen, setSearches] = useState('prefix');
  const searches = contains !== '' ? 'contains' : prefix !== '' ? 'prefix' : chosen;
  const { scope } = api;
  // A credential for some keys begins at their prefix.
  const readable = scope.prefixesOf('read');
  const base = readable[0] ?? '';
  const searched = searches === 'contains' ? contains : prefix;
  const [typed, setTyped] = useState(searched);
  const [folder, setFolder] = useState(null);
  const hasFolders = searched === '' && delimiter !== 'none';
  const query = searches === 'contains' && contains !== '' ? { prefix: base, contains }
    : { prefix: prefix || base, delimiter: hasFolders ? delimiter : undefined };
  const tree = useTree(query, key);
  useChanges('keys', tree.reload);

  const show = (changes, options) => {
    const { namespace, app, ...rest } = place.parameters;
    place.go('keys', { ...rest, ...changes }, options);
  };
  const asked = useRef(searched);
  const search = (kind, text) => {
    asked.current = text;
    show({ prefix: undefined, contains: undefined, [kind]: text }, { replaces: true });
  };
  // Another address has another text; that of a search that was typed here may be behind what is typed by now.
  useEffect(() => {
    if (asked.current !== searched) setTyped(searched);
    asked.current = searched;
  }, [searched]);
  useEffect(() => setFolder(searches === 'prefix' && prefix !== '' ? prefix : null), [searches, prefix, delimiter]);
  // A search that is out of date ends at once, so the pause in typing that starts one may be short.
  useEffect(() => {
    if (typed === searched) return undefined;
    const timer = setTimeout(() => search(searches, typed), 50);
    return () => clearTimeout(timer);
  }, [typed]);

  const select = name => show({ key: name });
  const open = name => {
    create(false);
    select(name);
  };
  const empty = searched === ''
    ? html`<${Empty} title="No keys yet" action=${scope.reaches('write') && html`<${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New key<//>`}>
        ${base === '' ? 'This tenant holds no keys.' : html`No key begins with <${Name}>${base}<//>.`}
        ${scope.reaches('write') && ' Create one here, or import an export.'}<//>`
    : html`<${Empty} title="No key is found" action=${html`<${Button} onClick=${() => setTyped('')}>Show all keys<//>`}>
        No key of this tenant ${searches === 'contains' ? 'contains' : 'begins with'} these characters.<//>`;
  return html`
    <div class=${`split ${key === undefined ? 'shows-list' : 'shows-detail'}`}>
      <section class="pane list-pane" aria-labelledby="keys-title">
        <header class="pane-head">
          <h1 id="keys-title">Keys</h1>
          <span class="grow"></span>
          <${CurlButton} request=${() => list(query)} what="this list" />
          <${Button} kind="quiet" icon="refresh" label="Reload the list" onClick=${tree.reload} />
          ${scope.reaches('write') && html`<${Button} kind="primary" icon="plus" onClick=${() => create(true)}>New key<//>`}
        </header>
        ${readable.length > 1 && html`
          <p class="prefixes">The credential may read the keys under ${readable.map(name => html`
            <${Button} key=${name} kind="quiet" onClick=${() => { setSearches('prefix'); search('prefix', name); }}><${Name}>${name}<//><//>`)}</p>`}
        <div class="filters" role="search">
          <label class="search"><span class="visually-hidden">Search</span><${Icon} name="search" />
            <input type="search" placeholder="Search all keys" value=${typed} spellcheck=${false} autocapitalize="off"
              onInput=${event => setTyped(event.target.value)} onKeyDown=${toTheTree} /></label>
          <label class="visually-hidden" for="searches">Search for keys that</label>
          <select id="searches" value=${searches} onChange=${event => {
            setSearches(event.target.value);
            search(event.target.value, typed);
          }}>
            <option value="prefix">Name begins with</option><option value="contains">Name contains</option>
          </select>
          <label class="visually-hidden" for="delimiter">Folders</label>
          <select id="delimiter" value=${delimiter} disabled=${searched !== ''} onChange=${event => show({ delimiter: event.target.value })}>
            ${delimiters.map(([value, title]) => html`<option key=${value} value=${value}>${title}</option>`)}
          </select>
        </div>
        ${query.contains && html`<${SearchProgress} key=${contains} tree=${tree} prefix=${base} />`}
        <div class="pane-body">
          <${KeyTree} tree=${tree} selected=${key} onSelect=${select} onFolder=${setFolder} isFlat=${query.delimiter === undefined} empty=${empty} />
        </div>
        ${api.settings.has_quota && scope.may('read') && html`<${Usage} tree=${tree} />`}
        ${folder !== null && html`<${FolderBar} key=${folder} query=${query} prefix=${folder} hasKeys=${tree.lists(folder)} />`}
      </section>
      <section class="pane detail-pane" aria-label="Chosen key">
        ${key === undefined
          ? html`<${Empty} title="No key is chosen">Choose a key on the left. The arrow keys move in the tree, Enter opens.<//>`
          : html`
            <header class="pane-head detail-head">
              <${Button} kind="quiet" class="back" icon="back" label="Back to the list" onClick=${() => show({ key: undefined })} />
              <h2 class="grow title" tabindex="-1" data-focus><${Name}>${key}<//></h2>
              <${CopyButton} text=${key} what="Key" />
            </header>
            <${KeyView} key=${key} name=${key} onGone=${() => tree.forget(key)} />`}
      </section>
    </div>
    ${isCreating && html`<${CreateDialog} start=${prefix || (scope.prefixesOf('write')[0] ?? '')} onClose=${() => create(false)}
      onCreated=${name => {
        if (scope.may('read', name)) open(name);
        else create(false);
      }} onOpen=${open} />`}`;
}
