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
    const source = new EventSource('/api/events');
    source.onopen = () => {
      setEvents('open');
      void load();
    };
    source.onerror = () => setEvents('lost');
    for (const name of ['session/created', 'session/changed', 'session/exited', 'resync']) {
      source.addEventListener(name, () => void load());
    }
    void load();
    return () => source.close();
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
