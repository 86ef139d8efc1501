// Differences between texts by lines (Myers, "An O(ND) Difference Algorithm"), and a merge of two changes of one text.

// More work than this would freeze the page; then everything counts as replaced.
const mostEdits = 2000;

/** Both texts as runs: { same: [...] } or { removed: [...], added: [...] }. */
export function diffLines(before, after) {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const matches = matching(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const pairs = [
    ...Array.from({ length: start }, (_, i) => [i, i]),
    ...matches.map(([i, j]) => [i + start, j + start]),
    ...Array.from({ length: end }, (_, i) => [a.length - end + i, b.length - end + i]),
  ];
  return runsOf(a, b, pairs);
}

function runsOf(a, b, pairs) {
  const runs = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of [...pairs, [a.length, b.length]]) {
    if (i < x || j < y) runs.push({ removed: a.slice(i, x), added: b.slice(j, y), at: i });
    if (x < a.length) {
      if (runs.at(-1)?.same) runs.at(-1).same.push(a[x]);
      else runs.push({ same: [a[x]], at: x });
    }
    i = x + 1;
    j = y + 1;
  }
  return runs;
}

// The indices of equal lines, in order.
function matching(a, b) {
  const most = Math.min(a.length + b.length, mostEdits);
  const furthest = new Map([[1, 0]]);
  const trace = [];
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && furthest.get(k - 1) < furthest.get(k + 1));
      let x = down ? furthest.get(k + 1) : furthest.get(k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      furthest.set(k, x);
      if (x >= a.length && y >= b.length) return walkBack(trace, a.length, b.length, d);
    }
  }
  return [];
}

function walkBack(trace, x, y, edits) {
  const pairs = [];
  for (let d = edits; d >= 0; d--) {
    const furthest = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && furthest.get(k - 1) < furthest.get(k + 1));
    const k0 = down ? k + 1 : k - 1;
    const x0 = d === 0 ? 0 : furthest.get(k0);
    const y0 = d === 0 ? 0 : x0 - k0;
    while (x > x0 && y > y0 && (d === 0 || x > (down ? x0 : x0 + 1))) pairs.push([--x, --y]);
    [x, y] = [x0, y0];
  }
  return pairs.reverse();
}

/**
 * Merges two changes of one base. Where both changed the same lines differently, both are kept between markers.
 * Gives { text, conflicts }.
 */
export function merge(base, mine, theirs) {
  const length = base.split('\n').length;
  const changes = [
    ...edits(base, mine).map(edit => ({ ...edit, side: 'mine' })),
    ...edits(base, theirs).map(edit => ({ ...edit, side: 'theirs' })),
  ].sort((left, right) => left.start - right.start || left.end - right.end);
  const lines = base.split('\n');
  const merged = [];
  let conflicts = 0;
  let at = 0;
  for (let i = 0; i < changes.length;) {
    let { start, end } = changes[i];
    const group = [changes[i++]];
    // Changes that touch each other belong together.
    while (i < changes.length && (changes[i].start < end || (changes[i].start === start && end === start) || changes[i].start === end)) {
      end = Math.max(end, changes[i].end);
      group.push(changes[i++]);
    }
    merged.push(...lines.slice(at, start));
    const [left, right] = ['mine', 'theirs'].map(side => applied(lines, start, end, group.filter(edit => edit.side === side)));
    const isChanged = side => group.some(edit => edit.side === side);
    if (!isChanged('theirs') || left.join('\n') === right.join('\n')) {
      merged.push(...left);
    } else if (!isChanged('mine')) {
      merged.push(...right);
    } else {
      conflicts++;
      merged.push('<<<<<<< yours', ...left, '=======', ...right, '>>>>>>> theirs');
    }
    at = end;
  }
  merged.push(...lines.slice(at, length));
  return { text: merged.join('\n'), conflicts };
}

const edits = (base, changed) => diffLines(base, changed)
  .filter(run => !run.same)
  .map(run => ({ start: run.at, end: run.at + run.removed.length, lines: run.added }));

function applied(lines, start, end, changes) {
  const result = [];
  let at = start;
  for (const change of changes) {
    result.push(...lines.slice(at, change.start), ...change.lines);
    at = change.end;
  }
  return [...result, ...lines.slice(at, end)];
}
