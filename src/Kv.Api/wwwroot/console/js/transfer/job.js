// A job continues when its page is left. Back on the page, a person sees how far it has come and can stop it.
import { useEffect, useState } from '../lib/html.js';
import { tell, tellError } from '../ui/toasts.js';

const jobs = new Map();

/** Ends all jobs, those of pages that were left among them. */
export function endJobs() {
  for (const job of jobs.values()) job.controller?.abort();
  jobs.clear();
}

/**
 * A function that runs the job of this name, the job { isRunning, error, controller }, and a function that adds members
 * to it, which `run(update, signal)` gets too. What `run` returns is told to a person who has left the page.
 */
export function useJob(name, run) {
  const [, redraw] = useState(0);
  if (!jobs.has(name)) jobs.set(name, { isRunning: false, error: null });
  const job = jobs.get(name);
  useEffect(() => {
    job.redraw = () => redraw(n => n + 1);
    return () => {
      job.redraw = null;
      if (!job.isRunning) jobs.delete(name);
    };
  }, [job]);
  const update = changes => {
    Object.assign(job, changes);
    job.redraw?.();
  };
  const start = async () => {
    const controller = new AbortController();
    update({ isRunning: true, error: null, controller });
    const hasLeft = () => !job.redraw && jobs.get(name) === job;
    try {
      const done = await run(update, controller.signal);
      if (hasLeft()) tell(done);
    } catch (error) {
      update({ error });
      if (hasLeft()) tellError(error);
    }
    update({ isRunning: false });
  };
  return [start, job, update];
}
