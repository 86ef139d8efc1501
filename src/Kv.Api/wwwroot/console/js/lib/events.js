// Server-sent events over fetch: unlike EventSource, it can send the tenant and the credential in headers.

/**
 * Calls `take({ event, data, id })` for each event until the signal ends it. It connects again by itself, from the last
 * id on; `tell(state)` hears 'open', 'waiting', and { ended: reason } when it cannot go on.
 */
export async function watch(api, request, take, tell, signal) {
  let last = null;
  for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, 15_000)) {
    try {
      const headers = last === null ? request.headers : { ...request.headers, 'Last-Event-ID': last };
      const response = await api.send({ ...request, headers }, { signal });
      tell('open');
      pause = 500;
      for await (const event of eventsOf(response.body)) {
        last = event.id ?? last;
        if (event.event === 'gone' || event.event === 'unauthorized') {
          tell({ ended: event.event });
          return;
        }
        take(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status >= 400 && error.status < 500 && error.status !== 429) {
        tell({ ended: error.message });
        return;
      }
    }
    tell('waiting');
    await new Promise(done => {
      setTimeout(done, pause);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let event = {};
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const [, field, content] = /^([^:]*):? ?(.*?)\r?$/s.exec(line);
      if (line === '' || line === '\r') {
        if (event.data !== undefined) yield event;
        event = {};
      } else if (field === 'data') {
        event.data = event.data === undefined ? content : `${event.data}\n${content}`;
      } else if (field === 'event' || field === 'id') {
        event[field] = content;
      }
    }
  }
}
