// A part of the console that the first view does not need. Its module comes when the browser is idle, or when it is shown.
import { html, useLayoutEffect, useState } from '../lib/html.js';
import { Problem, Skeleton } from './parts.js';

/** @param load imports the module and gives the component. `placeholder` is shown until it has come. */
export function lazy(load, placeholder = html`<${Skeleton} lines=${6} />`) {
  let Part = null;
  return function Lazy(props) {
    const [, redraw] = useState(0);
    const [error, setError] = useState(null);
    useLayoutEffect(() => {
      if (Part) return;
      load().then(loaded => {
        Part = loaded;
        redraw(n => n + 1);
      }, () => setError(new Error('This part of the console cannot be loaded. Reload the page to try again.')));
    }, []);
    if (Part) return html`<${Part} ...${props} />`;
    return error ? html`<${Problem} error=${error} />` : placeholder;
  };
}
