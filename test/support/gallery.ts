/** A page in a real browser with the terminals of several sessions, as a front end of one's own shows them. */
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { serveSite } from './site.js';

export interface Pane {
  readonly sessionId: string;
  readonly name: string;
  readonly state: string;
}

const STYLE = `body { margin: 0; padding: 12px; background: #161b22; font: 13px system-ui, sans-serif; color: #e6edf3 }
main { display: grid; grid-template-columns: max-content max-content; gap: 12px }
section { background: #0d1117; border: 1px solid #30363d; border-radius: 8px; overflow: hidden }
header { padding: 7px 12px; border-bottom: 1px solid #30363d; font-weight: 600 }
header i { font-style: normal; font-weight: 400; float: right; color: #8b949e }
section > div { padding: 6px 8px }`;

/** Serves the page on a port of its own, which the bridge must allow as an origin. */
export const serveGallery = (t: TestContext): Promise<string> =>
  serveSite(
    t,
    `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/xterm.css"><style>${STYLE}</style><main></main><script src="/xterm.js"></script>`,
  );

/** Opens a terminal for each over the bridge; resolves with what each shows, once its `until` is there. */
export function showPanes(
  page: Page,
  port: number,
  panes: readonly (Pane & { readonly until: string })[],
): Promise<string[]> {
  return page.evaluate(`(${SHOW})(${JSON.stringify({ port, panes })})`);
}

const SHOW = `async ({ port, panes }) => {
  const theme = { background: '#0d1117', foreground: '#e6edf3', cursor: '#0d1117' };
  const open = async ({ sessionId, name, state, until }) => {
    const section = document.createElement('section');
    section.innerHTML = '<header></header><div></div>';
    section.firstChild.textContent = name;
    section.firstChild.append(Object.assign(document.createElement('i'), { textContent: state }));
    document.querySelector('main').append(section);
    const terminal = new Terminal({ cols: 80, rows: 20, fontSize: 12, fontFamily: 'DejaVu Sans Mono, Menlo, monospace', theme });
    terminal.open(section.lastChild);
    const token = await ticket(sessionId);
    const socket = new WebSocket('ws://127.0.0.1:' + port + '/ws?token=' + token + '&sessionId=' + sessionId, 'rdv.terminal.v2');
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', cols: 80, rows: 20, flow: false, mode: 'rw' }));
    const text = () => {
      const { active } = terminal.buffer;
      return Array.from({ length: active.length }, (_, y) => active.getLine(y).translateToString(true)).join('\\n');
    };
    return new Promise((resolve, reject) => {
      const look = () => text().includes(until) && resolve(text());
      socket.onmessage = ({ data }) => {
        if (data instanceof ArrayBuffer) return terminal.write(new Uint8Array(data, 9), look);
        const frame = JSON.parse(data);
        if (frame.type === 'snapshot') terminal.write(frame.data, look);
        if (frame.type === 'error') reject(new Error(frame.message));
      };
    });
  };
  return Promise.all(panes.map(open));
}`;
