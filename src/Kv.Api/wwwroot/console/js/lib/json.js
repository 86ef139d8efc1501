// JSON as it is written: numbers keep their digits, members their order and their repetitions.

const deepest = 100;
const token = /\s*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/**
 * A tree of { kind: 'object', members: [[name, node]] }, { kind: 'array', items } and { kind, text }; null when the
 * text is not JSON, or too deep to be shown.
 */
export function parseJson(text) {
  let at = 0;
  const next = () => {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match) at = token.lastIndex;
    return match;
  };
  const value = (match, depth) => {
    if (!match || depth > deepest) throw new SyntaxError();
    if (match[2] !== undefined) return { kind: 'string', text: match[2] };
    if (match[3] !== undefined) return { kind: 'number', text: match[3] };
    if (match[4] !== undefined) return { kind: 'word', text: match[4] };
    if (match[1] === '[') return list(']', first => value(first, depth + 1), items => ({ kind: 'array', items }));
    if (match[1] === '{') return list('}', first => member(first, depth + 1), members => ({ kind: 'object', members }));
    throw new SyntaxError();
  };
  const member = (name, depth) => {
    if (name?.[2] === undefined || next()?.[1] !== ':') throw new SyntaxError();
    return [name[2], value(next(), depth)];
  };
  const list = (close, element, made) => {
    const elements = [];
    let match = next();
    if (match?.[1] === close) return made(elements);
    for (;;) {
      elements.push(element(match));
      const after = next()?.[1];
      if (after === close) return made(elements);
      if (after !== ',') throw new SyntaxError();
      match = next();
    }
  };
  try {
    const root = value(next(), 0);
    return text.slice(at).trim() === '' ? root : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The tree as text, two spaces a level. */
export function formatJson(node, indent = '') {
  const inner = `${indent}  `;
  const parts = node.kind === 'object' ? node.members.map(([name, child]) => `${name}: ${formatJson(child, inner)}`)
    : node.kind === 'array' ? node.items.map(child => formatJson(child, inner))
      : null;
  if (!parts) return node.text;
  const [open, close] = node.kind === 'object' ? '{}' : '[]';
  return parts.length === 0 ? open + close : `${open}\n${parts.map(part => inner + part).join(',\n')}\n${indent}${close}`;
}
