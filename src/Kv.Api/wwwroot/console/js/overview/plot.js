// A plot of the last hour.
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { number } from '../lib/format.js';

const hour = 3600;
const dark = matchMedia('(prefers-color-scheme: dark)');
let library = null;

// Only this page needs it.
function load() {
  library ??= new Promise((done, fail) => {
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = new URL('../../vendor/uplot.css', import.meta.url);
    style.onload = () => import('../../vendor/uplot.js').then(module => done(module.default), fail);
    style.onerror = () => fail(new Error('The plots cannot be loaded.'));
    document.head.append(style);
  });
  return library;
}

// A canvas takes no names of colours, only colours.
function colorOf(name, element) {
  const probe = document.createElement('span');
  probe.className = `ink-${name}`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const shown = value => (value === null || value === undefined ? '\u2013' : value >= 100 ? number(Math.round(value)) : String(Number(value.toPrecision(3))));

/**
 * @param series [{ title, color, values }], with a value or null for each time.
 * @param times Unix seconds.
 */
export function Plot({ title, unit, times, series }) {
  const frame = useRef(null);
  const plot = useRef(null);
  const [isDark, setDark] = useState(dark.matches);
  const data = [times, ...series.map(({ values }) => values)];
  const range = () => [Math.floor(Date.now() / 1000) - hour, Math.floor(Date.now() / 1000)];
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const follow = () => setDark(dark.matches);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  useEffect(() => {
    const element = frame.current;
    let observer = null;
    let isGone = false;
    load().then(UPlot => {
      if (isGone) return;
      const [text, line] = [colorOf('muted', element), colorOf('line', element)];
      // A point without a neighbour makes no line.
      const points = { show: false, size: 4, filter: (plot, index) => plot.data[index].flatMap((value, i, all) => (
        value !== null && (all[i - 1] ?? all[i + 1] ?? null) === null ? [i] : [])) };
      const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
      plot.current = new UPlot({
        width: element.clientWidth, height: 150, padding: [8, 20, 0, 0],
        legend: { show: false }, cursor: { show: false },
        scales: { x: { range }, y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1) * 1.1] } },
        axes: [{ ...axis, size: 22, gap: 4, space: 64, values: '{HH}:{mm}' }, { ...axis, size: 44, space: 32, values: (_, marks) => marks.map(shown) }],
        series: [{}, ...series.map(({ title: name, color }) => ({ label: name, stroke: colorOf(color, element), width: 1.5, points }))],
      }, latest.current, element);
      observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: 150 }));
      observer.observe(element);
    }, () => {});
    return () => {
      isGone = true;
      observer?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [isDark]);
  useEffect(() => plot.current?.setData(data), [times]);

  return html`
    <figure class="card plot">
      <figcaption><h2>${title} <small class="muted">${unit}</small></h2>
        <dl>${series.map(({ title: name, color, values }) => html`
          <div key=${name}><dt><span class=${`swatch ink-${color}`}></span>${name}</dt>
            <dd>${shown(values.at(-1))} <small class="muted">most ${shown(values.reduce((most, value) => Math.max(most, value ?? 0), 0))}</small></dd></div>`)}</dl>
      </figcaption>
      <div ref=${frame} aria-hidden="true"></div>
    </figure>`;
}
