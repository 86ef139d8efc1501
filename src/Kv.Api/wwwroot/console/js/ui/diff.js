import { html, useMemo } from '../lib/html.js';
import { diffLines } from '../lib/diff.js';

const context = 3;

/** The lines that differ, each marked by a sign as well as by its colour. */
export function Diff({ before, after, label }) {
  const runs = useMemo(() => diffLines(before, after), [before, after]);
  if (runs.every(run => run.same)) return html`<p class="hint">The values are equal.</p>`;
  return html`
    <div class="diff" role="group" aria-label=${label} tabindex="0">
      ${runs.map((run, i) => (run.same
        ? same(run.same, i > 0, i < runs.length - 1)
        : [...run.removed.map(line => row('removed', '\u2212', line)), ...run.added.map(line => row('added', '+', line))]))}
    </div>`;
}

const row = (kind, sign, line) => html`<div class=${`diff-line ${kind}`}><span class="sign">${sign}</span><bdi>${line || ' '}</bdi></div>`;

// Of equal lines, only those next to a change.
function same(lines, hasBefore, hasAfter) {
  const head = hasBefore ? context : 0;
  const tail = hasAfter ? context : 0;
  if (lines.length <= head + tail + 1) return lines.map(line => row('', ' ', line));
  return [
    ...lines.slice(0, head).map(line => row('', ' ', line)),
    html`<div class="diff-gap">${lines.length - head - tail} equal lines</div>`,
    ...(tail ? lines.slice(-tail) : []).map(line => row('', ' ', line)),
  ];
}
