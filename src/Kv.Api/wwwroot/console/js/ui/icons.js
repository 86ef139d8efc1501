import { html } from '../lib/html.js';

const paths = {
  keys: 'M10.5 5.500a3 3 0 1 1-2.200 5L3 15.800V17h2.500v-2H7.500v-2l2.300-2.300M12 7.500h.01',
  live: 'M2.500 10h3l2-5.500 4 11 2.500-7 1.500 1.500h2',
  webhooks: 'M7.500 12.500l5-5M8.500 6l1.800-1.800a3.300 3.300 0 0 1 5 4.800L13.500 11M11.500 14l-1.800 1.800a3.300 3.300 0 0 1-5-4.800L6.500 9',
  transfer: 'M6 3.500v11M3 11.500l3 3 3-3M14 16.500v-11M11 8.500l3-3 3 3',
  overview: 'M3 16.500h14M5.500 13.500v-4M10 13.500v-9M14.500 13.500v-6',
  chevron: 'M7.500 5l5 5-5 5',
  folder: 'M2.500 15V5.500h5l2 2h8V15z',
  key: 'M5 3.500h6.500l3.500 3.500v9.500H5zM11 3.500V7.500h4',
  plus: 'M10 4v12M4 10h12',
  search: 'M9 14A5 5 0 1 0 9 4a5 5 0 0 0 0 10M12.700 12.700 16.500 16.500',
  close: 'M5 5l10 10M15 5 5 15',
  copy: 'M7 7V3.500h9.500V13H13M3.500 7H13v9.500H3.500z',
  edit: 'M4 16l.8-3.500L13 4.300a1.600 1.600 0 0 1 2.300 0l.4.4a1.600 1.600 0 0 1 0 2.300L7.500 15.200z',
  trash: 'M3.500 5.500h13M8 5.500V3.500h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5',
  refresh: 'M16 6.500V3M16 6.500h-3.500M16 6.500A7 7 0 1 0 17 10',
  terminal: 'M3 4.500h14v11H3zM5.500 8l2 2-2 2M10 12h3.500',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 6v4l2.500 2',
  play: 'M6 4l9 6-9 6z',
  pause: 'M6.500 4.500v11M13.500 4.500v11',
  more: 'M10 4.500v.01M10 10v.01M10 15.500v.01',
  check: 'M4 10.500l4 4 8-9',
  warning: 'M10 3 2.500 16.500h15zM10 8v4M10 14.300v.01',
  back: 'M12.500 4.500 7 10l5.500 5.500',
  external: 'M8 4.500H4.500v11h11V12M11 4.500h4.500V9M15.500 4.500l-6 6',
  exit: 'M8 4H4v12h4M8 10h9M13.500 6.500 17 10l-3.500 3.500',
  book: 'M4 4h5l1 1 1-1h5v12h-5l-1 1-1-1H4zM10 5v12',
};

/** A drawing beside words; without words, the button that holds it carries the label. */
export const Icon = ({ name }) => html`
  <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${paths[name]} /></svg>`;
