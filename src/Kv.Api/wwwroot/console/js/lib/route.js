// The place within the console is in the fragment of the address, so that it can be linked and kept:
// #/keys?namespace=shop&app=checkout&key=cart%2F7
import { useEffect, useState } from './html.js';

function read() {
  const [page, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { page, parameters: Object.fromEntries(new URLSearchParams(query ?? '')) };
}

export function hrefOf(page, parameters = {}) {
  const named = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return `#/${page}${named.length ? `?${new URLSearchParams(named)}` : ''}`;
}

export function go(page, parameters, { replaces = false } = {}) {
  const href = hrefOf(page, parameters);
  if (href === location.hash) return;
  if (replaces) {
    history.replaceState(null, '', href);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = href;
  }
}

export function useRoute() {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const follow = () => setRoute(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
