/** One terminal: an xterm over the WebSocket of the bridge, which goes on where it was after a loss or a reload. */
'use client';
import { SerializeAddon } from '@xterm/addon-serialize';
import { Terminal } from '@xterm/xterm';
import { useEffect, useRef, useState } from 'react';
import { attach } from './attach';

export function Screen({ sessionId }: { readonly sessionId: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [state, setState] = useState('connecting');

  useEffect(() => {
    const terminal = new Terminal({ cols: 80, rows: 24, scrollback: 1000 });
    const serializer = new SerializeAddon();
    terminal.loadAddon(serializer);
    terminal.open(place.current!);
    Object.assign(window, { terminal, lines: () => linesOf(terminal) });
    const attached = attach({ sessionId, terminal, serializer, tell: setState });
    return () => {
      attached.close();
      terminal.dispose();
    };
  }, [sessionId]);

  return (
    <section>
      <p id="state">{state}</p>
      <div ref={place} />
    </section>
  );
}

/** What it shows and has shown, for whoever looks from outside. */
function linesOf({ buffer: { active } }: Terminal): string[] {
  return Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
}
