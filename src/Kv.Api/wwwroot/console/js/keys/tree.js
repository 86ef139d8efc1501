// The keys of a tenant as a tree: folders are prefixes that end in the delimiter, and load when they are opened.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib/html.js';
import { useApi } from '../session/context.js';
import { Button, Countdown, Empty, Name, Problem, Skeleton } from '../ui/parts.js';
import { Icon } from '../ui/icons.js';
import { list } from './model.js';

/** Loads levels of the tree and keeps what is open. */
class Level {
  constructor(prefix) {
    this.prefix = prefix;
    this.entries = [];
    this.cursor = null;
    this.state = 'loading';
    this.searched = 0;
    this.isStopped = false;
  }
}

// A search goes on by itself until it has found so many keys.
const foundAtOnce = 200;

const foldersOf = (key, delimiter) => {
  const folders = [];
  for (let at = key.indexOf(delimiter); at >= 0 && folders.length < mostFolders; at = key.indexOf(delimiter, at + delimiter.length)) {
    folders.push(key.slice(0, at + delimiter.length));
  }
  return folders;
};

const mostFolders = 12;

/** @param shown the key that the page shows: its folders are open at first. */
export function useTree(query, shown) {
  const api = useApi();
  const [, redraw] = useState(0);
  const tree = useRef(null);
  const identity = JSON.stringify(query);
  if (tree.current?.identity !== identity) {
    tree.current?.controller.abort();
    tree.current = { identity, levels: new Map(), open: new Set(), controller: new AbortController() };
  }
  const { levels, open, controller } = tree.current;
  const changed = () => redraw(n => n + 1);

  const fetchPage = async (prefix, cursor) => {
    const level = levels.get(prefix) ?? new Level(prefix);
    levels.set(prefix, level);
    level.state = 'loading';
    level.isStopped = false;
    changed();
    try {
      for (let at = cursor, found = 0; ;) {
        const page = await api.json(list({ ...query, prefix, cursor: at }), { signal: controller.signal });
        const entries = [
          ...page.prefixes.map(name => ({ name, isFolder: true })),
          ...page.items.map(item => ({ name: item.key, meta: item })),
        ].sort((a, b) => (a.name < b.name ? -1 : 1));
        level.entries = at ? [...level.entries, ...entries] : entries;
        level.searched = (at ? level.searched : 0) + (page.searched ?? 0);
        level.cursor = at = page.cursor;
        found += entries.length;
        if (!query.contains || at === null || found >= foundAtOnce || level.isStopped) break;
        changed();
      }
      level.state = 'ready';
      level.error = null;
    } catch (error) {
      if (controller.signal.aborted) return;
      level.state = 'failed';
      level.error = error;
    }
    changed();
  };

  useEffect(() => {
    if (levels.has(query.prefix)) return;
    fetchPage(query.prefix);
    if (shown === undefined || !query.delimiter) return;
    for (const folder of foldersOf(shown, query.delimiter).filter(folder => folder !== query.prefix)) {
      open.add(folder);
      fetchPage(folder);
    }
  }, [identity]);
  useEffect(() => () => tree.current.controller.abort(), []);

  return {
    root: levels.get(query.prefix),
    levels,
    open,
    toggle(prefix) {
      if (open.has(prefix)) {
        open.delete(prefix);
        changed();
      } else {
        open.add(prefix);
        if (levels.has(prefix)) changed();
        else fetchPage(prefix);
      }
    },
    more: level => fetchPage(level.prefix, level.cursor),
    stop(level) {
      level.isStopped = true;
      changed();
    },
    retry: level => fetchPage(level.prefix),
    /** Loads what is shown anew. */
    reload() {
      for (const prefix of levels.keys()) {
        if (prefix === query.prefix || open.has(prefix)) fetchPage(prefix);
        else levels.delete(prefix);
      }
    },
    /** A key is gone, and with it each folder that held nothing else. */
    forget(key) {
      const remove = isGone => levels.forEach(level => { level.entries = level.entries.filter(entry => !isGone(entry)); });
      remove(entry => !entry.isFolder && entry.name === key);
      for (const [prefix, level] of [...levels].sort(([a], [b]) => b.length - a.length)) {
        if (prefix === query.prefix || level.state !== 'ready' || level.cursor || level.entries.length > 0) continue;
        levels.delete(prefix);
        open.delete(prefix);
        remove(entry => entry.isFolder && entry.name === prefix);
      }
      changed();
    },
  };
}

function rowsOf(tree, level, depth, rows = []) {
  for (const entry of level.entries) {
    const isOpen = entry.isFolder && tree.open.has(entry.name);
    rows.push({ ...entry, id: `${entry.isFolder ? 'f' : 'k'}${entry.name}`, depth, isOpen, label: entry.name.slice(level.prefix.length) || entry.name });
    const inner = isOpen && tree.levels.get(entry.name);
    if (inner) rowsOf(tree, inner, depth + 1, rows);
  }
  if (level.state !== 'ready' || level.cursor) rows.push({ id: `m${level.prefix}`, depth, level });
  return rows;
}

export function KeyTree({ tree, selected, onSelect, onFolder, isFlat, empty }) {
  const list = useRef(null);
  const [active, setActive] = useState(null);
  const moved = useRef(false);
  const rows = tree.root ? rowsOf(tree, tree.root, 0) : [];
  const stops = rows.filter(row => !row.level);
  const current = stops.find(row => row.id === active) ?? stops.find(row => row.name === selected && !row.isFolder) ?? stops[0];

  useLayoutEffect(() => {
    if (moved.current) list.current?.querySelector('[tabindex="0"]')?.focus();
    moved.current = false;
  });

  if (!tree.root || (tree.root.state === 'loading' && tree.root.entries.length === 0)) return html`<${Skeleton} lines=${8} />`;
  if (tree.root.state === 'failed' && tree.root.entries.length === 0) {
    if (tree.root.error.status === 403) {
      return html`<${Empty} title="These keys are not for this credential">If it may read the keys with a prefix, search for that prefix above.<//>`;
    }
    return html`<${Problem} error=${tree.root.error} retry=${() => tree.retry(tree.root)} />`;
  }
  if (rows.length === 0) return empty;

  const move = event => {
    const at = stops.indexOf(current);
    const to = row => {
      if (!row) return;
      moved.current = true;
      setActive(row.id);
    };
    const parent = () => stops.slice(0, at).findLast(row => row.depth < current.depth);
    const actions = {
      ArrowDown: () => to(stops[at + 1]),
      ArrowUp: () => to(stops[at - 1]),
      Home: () => to(stops[0]),
      End: () => to(stops.at(-1)),
      ArrowRight: () => (current.isFolder && !current.isOpen ? tree.toggle(current.name) : current.isFolder && to(stops[at + 1])),
      ArrowLeft: () => (current.isOpen ? tree.toggle(current.name) : to(parent())),
      Enter: () => choose(current),
      ' ': () => choose(current),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
  };
  const choose = row => {
    setActive(row.id);
    onFolder(row.isFolder ? row.name : null);
    if (row.isFolder) tree.toggle(row.name);
    else onSelect(row.name);
  };
  return html`
    <div class=${`tree ${isFlat ? 'flat' : ''}`} ref=${list}>
      <div role="tree" aria-label="Keys" onKeyDown=${move}>
        ${rows.map(row => (row.level ? null : html`
          <div key=${row.id} role="treeitem" aria-level=${row.depth + 1} class=${`row d${Math.min(row.depth, 12)}`}
            aria-expanded=${row.isFolder ? String(row.isOpen) : undefined} aria-selected=${String(!row.isFolder && row.name === selected)}
            tabindex=${row.id === current?.id ? 0 : -1} onFocus=${() => setActive(row.id)} onClick=${() => choose(row)} title=${row.name}>
            <span class="twist">${row.isFolder && html`<${Icon} name="chevron" />`}</span>
            <${Icon} name=${row.isFolder ? 'folder' : 'key'} />
            <${Name} class="grow">${isFlat ? row.name : row.label}<//>
            ${row.meta?.expire_at && html`<span class="ttl"><${Countdown} until=${row.meta.expire_at} /></span>`}
          </div>`))}
      </div>
      ${rows.filter(row => row.level).map(row => html`<${More} key=${row.id} tree=${tree} level=${row.level} isRoot=${row.level === tree.root} />`)}
    </div>`;
}

// At the end of the list the next page loads by itself when it is scrolled into view; of a folder, by its button.
function More({ tree, level, isRoot }) {
  const place = useRef(null);
  useEffect(() => {
    if (!isRoot || level.state !== 'ready' || level.isStopped) return undefined;
    const observer = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && tree.more(level), { rootMargin: '400px' });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [level.state, level.cursor, level.isStopped]);
  if (level.state === 'failed') return html`<${Problem} error=${level.error} retry=${() => (level.cursor ? tree.more(level) : tree.retry(level))} />`;
  return html`
    <div class="more" ref=${place}>
      <${Button} kind="quiet" isBusy=${level.state === 'loading'} onClick=${() => tree.more(level)}>
        ${level.state === 'loading' ? 'Loading\u2026' : isRoot ? 'More keys' : html`More in <${Name}>${level.prefix}<//>`}
      <//>
    </div>`;
}
