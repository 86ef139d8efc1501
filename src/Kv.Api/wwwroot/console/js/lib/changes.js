// What an action has changed, told to whatever shows it: another page may be open when the action ends.
import { useEffect, useRef } from './html.js';

const listeners = new Set();

/** @param what 'keys', 'webhooks' or 'deliveries'. */
export const tellChange = what => listeners.forEach(({ what: heard, listen }) => heard === what && listen.current());

export function useChanges(what, listen) {
  const latest = useRef(listen);
  latest.current = listen;
  useEffect(() => {
    const listener = { what, listen: latest };
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, [what]);
}
