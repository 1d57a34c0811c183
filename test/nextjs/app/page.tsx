/** Sessions as a list that follows the events, and the terminal of the one that is open. */
'use client';
import { useCallback, useEffect, useState } from 'react';
import { Screen } from './screen';

interface Session {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

export default function Page() {
  const [sessions, setSessions] = useState<readonly Session[]>([]);
  const [open, setOpen] = useState<string>();
  const [failure, setFailure] = useState('');
  const [events, setEvents] = useState('connecting');

  const load = useCallback(async () => {
    const response = await fetch('/api/sessions');
    const body = await response.json();
    if (response.ok) setSessions(body.sessions);
    setFailure(response.ok ? '' : body.error);
  }, []);

  useEffect(() => {
    setOpen(location.hash.slice(1) || undefined);
    const events = follow(setEvents, () => void load());
    void load();
    return () => events.close();
  }, [load]);

  const show = (id: string) => {
    location.hash = id;
    setOpen(id);
  };

  const create = async () => {
    const response = await fetch('/api/sessions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `page ${sessions.length + 1}`, project_path: '/tmp' }),
    });
    const body = await response.json();
    if (response.ok) {
      void load();
      show(body.id);
    } else setFailure(body.error);
  };

  return (
    <main>
      <p role="alert">{failure}</p>
      <p id="events">{events}</p>
      <button type="button" onClick={create}>
        New session
      </button>
      <ul>
        {sessions.map(({ id, name, status }) => (
          <li key={id}>
            <button type="button" onClick={() => show(id)}>
              {name} ({status})
            </button>
          </li>
        ))}
      </ul>
      {open && <Screen key={open} sessionId={open} />}
    </main>
  );
}

/** Asks again also where the browser does not: after an error that was answered. */
function follow(tell: (state: string) => void, changed: () => void) {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource('/api/events');
    source.onopen = () => {
      tell('open');
      changed();
    };
    source.onerror = () => {
      tell('lost');
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, 1000);
    };
    for (const name of ['session/created', 'session/changed', 'session/exited', 'resync']) {
      source.addEventListener(name, changed);
    }
  };
  open();
  return {
    close() {
      clearTimeout(again);
      source.close();
    },
  };
}
