// Numbers, times and texts as people read them.

const count = new Intl.NumberFormat('en');
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const number = value => count.format(value);

export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  const unit = n < 1024 * 1024 ? ['KiB', 1024] : n < 1024 ** 3 ? ['MiB', 1024 * 1024] : ['GiB', 1024 ** 3];
  const value = n / unit[1];
  return `${value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)} ${unit[0]}`;
}

export const time = at => moment.format(typeof at === 'number' ? at * 1000 : new Date(at));

export const timeOfDay = at => clock.format(new Date(at));

const units = [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]];

/** A duration with its two largest units: "3 h 12 m". */
export function duration(seconds) {
  let rest = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([, size]) => rest >= size);
  if (first < 0) return '0 s';
  const parts = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return parts.join(' ');
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; null when they are not UTF-8. */
export function textOf(content) {
  try {
    return decoder.decode(content);
  } catch {
    return null;
  }
}

export const bytesOf = text => new TextEncoder().encode(text);

/** The bytes of a value in an answer, which is base64 where it is not UTF-8. */
export const bytesOfValue = (value, encoding) =>
  encoding === 'base64' ? Uint8Array.from(atob(value), character => character.charCodeAt(0)) : bytesOf(value);

// Control characters and marks of direction have no shape of their own, but a reader must see them.
const hidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text with a sign for each character that would not be seen. */
export const visible = text => text.replace(hidden, character => (character === '\n' ? '\u21b5' : character === '\t' ? '\u21e5'
  : `\u27e8U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`));
