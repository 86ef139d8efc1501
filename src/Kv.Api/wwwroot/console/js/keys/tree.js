// The keys of a tenant as a tree: folders are prefixes that end in the delimiter, and load when they are opened.
import { Component, html, useEffect, useLayoutEffect, useRef, useState } from '../lib/html.js';
import { visible } from '../lib/format.js';
import { useApi } from '../session/context.js';
import { Button, Countdown, Empty, Name, Problem, Skeleton } from '../ui/parts.js';
import { Icon } from '../ui/icons.js';
import { list, usualPage } from './model.js';

/** Loads levels of the tree and keeps what is open. */
class Level {
  constructor(prefix) {
    this.prefix = prefix;
    this.entries = [];
    this.cursor = null;
    this.state = 'loading';
    this.searched = 0;
    this.isStopped = false;
    this.isPaged = false;
  }
}

// A search goes on by itself until it has found so many keys.
const foundAtOnce = 200;

// Each folder costs the store a read, so the first page has no more than a screen shows.
const foldersAtFirst = 50;

// A block of rows is drawn anew only when it changes: a page that is added costs no more in a long list.
const blockRows = 100;

// The most that a page of the API has.
const largestPage = 1000;

// A key of a link is looked for among so many rows of its level.
const mostUntilShown = 5000;

const foldersOf = (key, delimiter) => {
  const folders = [];
  if (!delimiter) return folders;
  for (let at = key.indexOf(delimiter); at >= 0 && folders.length < mostFolders; at = key.indexOf(delimiter, at + delimiter.length)) {
    folders.push(key.slice(0, at + delimiter.length));
  }
  return folders;
};

const mostFolders = 12;

// Pages of keys alone grow with the list, up to the most that the API gives.
function limitOf(query, entries, cursor, least) {
  if (!cursor) return query.delimiter ? foldersAtFirst : usualPage;
  const isShort = query.contains || (least === 0 && entries.some(({ isFolder }) => isFolder));
  return isShort ? usualPage : Math.min(Math.max(entries.length, least, usualPage), largestPage);
}

/** @param shown the key that the page shows: its folders are open at first, and its row is loaded. */
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

  /** Loads the first page of a level, or the one at the cursor, and further ones until it has `least` entries and that with a name. */
  const fetchPage = async (prefix, cursor, { least = 0, until } = {}) => {
    const level = levels.get(prefix) ?? new Level(prefix);
    levels.set(prefix, level);
    level.state = 'loading';
    level.isStopped = false;
    if (cursor) level.isPaged = true;
    changed();
    try {
      const enough = query.contains ? foundAtOnce : least;
      let entries = cursor ? level.entries : [];
      let searched = cursor ? level.searched : 0;
      for (let at = cursor, found = 0; ;) {
        const limit = limitOf(query, entries, at, least);
        const page = await api.json(list({ ...query, prefix, limit, cursor: at }), { signal: controller.signal });
        const added = [
          ...page.prefixes.map(name => ({ name, isFolder: true })),
          ...page.items.map(item => ({ name: item.key, meta: item })),
        ].sort((a, b) => (a.name < b.name ? -1 : 1));
        entries = [...entries, ...added];
        searched += page.searched ?? 0;
        found += added.length;
        at = page.cursor;
        const isThere = until === undefined || entries.length >= mostUntilShown || entries.at(-1)?.name >= until;
        const isDone = at === null || (found >= enough && isThere) || level.isStopped;
        // A search shows what it finds; a list that is loaded anew stays as it is until as much of it is here.
        if (query.contains || until !== undefined || isDone) Object.assign(level, { entries, searched, cursor: at });
        if (isDone) break;
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

  // Before the browser draws the page without them.
  useLayoutEffect(() => {
    if (levels.has(query.prefix)) return;
    // The names of the rows on the way to the key.
    const way = query.contains || !shown?.startsWith(query.prefix) ? []
      : [...foldersOf(shown, query.delimiter).filter(folder => folder.length > query.prefix.length), shown];
    fetchPage(query.prefix, undefined, { until: way[0] });
    way.slice(0, -1).forEach((folder, i) => {
      open.add(folder);
      fetchPage(folder, undefined, { until: way[i + 1] });
    });
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
    /** Loads the next page of a level, or the one that failed. */
    more: level => level.state !== 'loading' && fetchPage(level.prefix, level.cursor),
    stop(level) {
      level.isStopped = true;
      changed();
    },
    /** Whether keys with a prefix are listed: that of the list itself, or a folder. */
    lists: prefix => (prefix === query.prefix ? levels.get(prefix)?.entries.length > 0
      : [...levels.values()].some(level => level.entries.some(({ name, isFolder }) => isFolder && name === prefix))),
    /** Loads what is shown anew. */
    reload() {
      for (const prefix of levels.keys()) {
        if (prefix === query.prefix || open.has(prefix)) fetchPage(prefix, undefined, { least: levels.get(prefix).entries.length });
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
  let opened = '';
  level.entries.forEach((entry, i) => {
    const isOpen = entry.isFolder && tree.open.has(entry.name);
    if (i % blockRows === 0) opened = '';
    rows.push({
      ...entry, id: `${entry.isFolder ? 'f' : 'k'}${entry.name}`, depth, isOpen, label: entry.name.slice(level.prefix.length) || entry.name,
      block: `${level.prefix}\n${Math.floor(i / blockRows)}\n${opened}`,
    });
    const inner = isOpen && tree.levels.get(entry.name);
    if (!inner) return;
    rowsOf(tree, inner, depth + 1, rows);
    opened = entry.name;
  });
  if (depth > 0 && (level.state !== 'ready' || level.cursor)) rows.push({ id: `m${level.prefix}`, depth, level, block: `${level.prefix}\nmore` });
  return rows;
}

// Rows in blocks whose names stay when rows are added: a level is cut by numbers, and after each folder that is open.
function blocksOf(rows) {
  const blocks = [];
  for (const row of rows) {
    if (blocks.at(-1)?.name !== row.block) blocks.push({ name: row.block, rows: [] });
    blocks.at(-1).rows.push(row);
  }
  return blocks;
}

const isSame = (a, b) => a.id === b?.id && a.meta === b.meta && a.isOpen === b.isOpen && !a.level;

class Block extends Component {
  shouldComponentUpdate({ rows, selected, current, isFlat }) {
    const last = this.props;
    return selected !== last.selected || current !== last.current || isFlat !== last.isFlat
      || rows.length !== last.rows.length || !rows.every((row, i) => isSame(row, last.rows[i]));
  }

  render({ rows, ...shown }) {
    return html`
      <div class="block" role="none" style=${{ '--rows': rows.length }}>${rows.map(row => html`<${Row} key=${row.id} row=${row} ...${shown} />`)}</div>`;
  }
}

const Row = ({ row, selected, current, isFlat, onFocus, choose }) => html`
  <div role="treeitem" aria-level=${row.depth + 1} class=${`row d${Math.min(row.depth, 12)}`}
    aria-expanded=${row.isFolder ? String(row.isOpen) : undefined}
    aria-selected=${row.level ? undefined : String(row.id === selected)}
    tabindex=${row.id === current ? 0 : -1} data-focus=${row.id === current ? '' : undefined} onFocus=${() => onFocus(row.id)} onClick=${() => choose.current(row)}
    title=${row.name && visible(row.name)}>
    <span class="twist">${row.isFolder && html`<${Icon} name="chevron" />`}</span>
    ${row.level ? html`<span class="grow">${moreIn(row.level)}</span>` : html`
      <${Icon} name=${row.isFolder ? 'folder' : 'key'} />
      <${Name} class="grow">${isFlat ? row.name : row.label}<//>
      ${row.meta?.expire_at && html`<span class="ttl"><${Countdown} until=${row.meta.expire_at} /></span>`}`}
  </div>`;

export function KeyTree({ tree, selected, onSelect, onFolder, isFlat, empty }) {
  const list = useRef(null);
  const [active, setActive] = useState(null);
  const moved = useRef(false);
  const rows = tree.root ? rowsOf(tree, tree.root, 0) : [];
  const shown = rows.find(row => row.name === selected && !row.isFolder);
  const current = rows.find(row => row.id === active) ?? shown ?? rows[0];
  const latest = useRef(null);
  const seen = useRef(null);

  useLayoutEffect(() => {
    // A row that was clicked is in view already; that of a link may be far down.
    if (shown && shown.id !== seen.current) list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    seen.current = shown?.id;
    if (moved.current) list.current?.querySelector('[tabindex="0"]')?.focus();
    moved.current = false;
  });

  if (!tree.root || (tree.root.state === 'loading' && tree.root.entries.length === 0)) return html`<${Skeleton} lines=${8} />`;
  if (tree.root.state === 'failed' && tree.root.entries.length === 0) {
    if (tree.root.error.status === 403) {
      return html`<${Empty} title="These keys are not for this credential">If it may read the keys with a prefix, search for that prefix above.<//>`;
    }
    return html`<${Problem} error=${tree.root.error} retry=${() => tree.more(tree.root)} />`;
  }
  const hasMore = tree.root.state !== 'ready' || tree.root.cursor !== null;
  if (rows.length === 0 && !hasMore) return empty;

  const to = row => {
    if (!row) return;
    moved.current = true;
    setActive(row.id);
  };
  const move = event => {
    const at = rows.indexOf(current);
    const parent = () => rows.slice(0, at).findLast(row => row.depth < current.depth);
    const actions = {
      ArrowDown: () => (at < rows.length - 1 ? to(rows[at + 1]) : tree.root.cursor && tree.more(tree.root)),
      ArrowUp: () => to(rows[at - 1]),
      Home: () => to(rows[0]),
      End: () => to(rows.at(-1)),
      ArrowRight: () => (current.isFolder && !current.isOpen ? tree.toggle(current.name) : current.isFolder && to(rows[at + 1])),
      ArrowLeft: () => (current.isOpen ? tree.toggle(current.name) : to(parent())),
      Enter: () => choose(current),
      ' ': () => choose(current),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
  };
  const choose = row => {
    if (row.level) {
      // What it loads follows the row before it; this row may be gone then.
      to(rows[rows.findIndex(({ id }) => id === row.id) - 1]);
      tree.more(row.level);
      return;
    }
    setActive(row.id);
    onFolder(row.isFolder ? row.name : null);
    if (row.isFolder) tree.toggle(row.name);
    else onSelect(row.name);
  };
  latest.current = choose;
  const idIn = (block, row) => (block.rows.includes(row) ? row.id : undefined);
  return html`
    <div class=${`tree ${isFlat ? 'flat' : ''}`} ref=${list}>
      <div role="tree" aria-label="Keys" onKeyDown=${move}>
        ${blocksOf(rows).map(block => html`
          <${Block} key=${block.name} rows=${block.rows} isFlat=${isFlat} selected=${idIn(block, shown)} current=${idIn(block, current)}
            onFocus=${setActive} choose=${latest} />`)}
      </div>
      ${(hasMore || tree.root.isPaged) && html`<${More} tree=${tree} level=${tree.root} />`}
    </div>`;
}

// The row at the end of a folder that has more, or that cannot be loaded.
const moreIn = level => (level.state === 'loading' ? 'Loading\u2026'
  : level.state === 'failed' ? `${level.error.message} Try again` : html`More in <${Name}>${level.prefix}<//>`);

// At the end of the list the next page loads by itself when it is scrolled into view.
function More({ tree, level }) {
  const place = useRef(null);
  useEffect(() => {
    if (level.state !== 'ready' || level.cursor === null || level.isStopped) return undefined;
    const observer = new IntersectionObserver(
      entries => entries.some(entry => entry.isIntersecting) && tree.more(level),
      { root: place.current.closest('.pane-body'), rootMargin: '400px' });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [level.state, level.cursor, level.isStopped]);
  if (level.state === 'failed') return html`<${Problem} error=${level.error} retry=${() => tree.more(level)} />`;
  return html`
    <div class="more" ref=${place}>
      ${level.state === 'ready' && level.cursor === null ? 'These are all.' : html`
        <${Button} kind="quiet" isBusy=${level.state === 'loading'} onClick=${() => tree.more(level)}>
          ${level.state === 'loading' ? 'Loading\u2026' : 'More keys'}
        <//>`}
    </div>`;
}
