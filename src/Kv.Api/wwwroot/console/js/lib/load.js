// Loading with a component's life: what arrives late for something else is dropped.
import { useCallback, useLayoutEffect, useRef, useState } from './html.js';

/**
 * Runs `load(signal)` now and whenever a dependency changes.
 * Gives { value, error, isLoading, reload }; while it loads anew, the last value stays.
 */
export function useLoad(load, dependencies) {
  const [state, setState] = useState({ isLoading: true });
  const running = useRef(null);
  const latest = useRef(load);
  latest.current = load;

  const run = useCallback(async isNew => {
    running.current?.abort();
    const controller = running.current = new AbortController();
    setState(last => (isNew ? { isLoading: true } : { ...last, isLoading: true }));
    try {
      const value = await latest.current(controller.signal);
      if (!controller.signal.aborted) setState({ value, isLoading: false });
    } catch (error) {
      if (!controller.signal.aborted) setState({ error, isLoading: false });
    }
  }, []);

  // Before the browser draws the page without it.
  useLayoutEffect(() => {
    run(true);
    return () => running.current?.abort();
  }, dependencies);

  return { ...state, reload: () => run(false) };
}

/** A function that runs one task at a time, with its progress and its error. */
export function useTask(run) {
  const [state, setState] = useState({ isRunning: false, error: null });
  const start = async (...given) => {
    setState({ isRunning: true, error: null });
    try {
      const value = await run(...given);
      setState({ isRunning: false, error: null });
      return value;
    } catch (error) {
      setState({ isRunning: false, error });
      return undefined;
    }
  };
  return [start, state];
}
