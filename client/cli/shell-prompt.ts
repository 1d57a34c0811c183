/** The prompt of `rdv shell`: a line editor that lets go of the terminal while a command has it. */
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';

export type Asked =
  | { readonly type: 'line'; readonly text: string }
  /** Ctrl-C: what was typed so far is not meant. */
  | { readonly type: 'cleared' }
  /** Ctrl-D, or the terminal has gone. */
  | { readonly type: 'end' };

export interface Prompt {
  /** One at a time. In between keys wait in the terminal; lines pasted together are answered one by one. */
  ask(prompt: string): Promise<Asked>;
  close(): void;
}

/** Resolves with what the word at the end of the line may become, and that word. */
export type Complete = (line: string) => Promise<[candidates: string[], word: string]>;

/** `history` is the newest first. */
export function openPrompt(history: string[], complete: Complete): Prompt {
  const { stdin, stderr } = process;
  // Not stdin itself: the editor would go on taking the keys meant for a command.
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => stdin.setRawMode(raw) });
  const editor = createInterface({
    input: keys as unknown as NodeJS.ReadableStream,
    output: stderr,
    terminal: true,
    history,
    historySize: 500,
    removeHistoryDuplicates: true,
    completer: (line: string, done: (error: null, found: [string[], string]) => void) =>
      void complete(line).then(
        (found) => done(null, found),
        // What cannot be completed is left as it was typed.
        () => done(null, [[], line]),
      ),
  });
  const waiting: Asked[] = [];
  let answer: ((asked: Asked) => void) | undefined;
  let ended = false;
  const take = (asked: Asked) => {
    if (asked.type === 'end') ended = true;
    if (!answer) waiting.push(asked);
    answer?.(asked);
    answer = undefined;
  };
  editor.on('line', (text) => take({ type: 'line', text }));
  editor.on('close', () => take({ type: 'end' }));
  editor.on('SIGINT', () => {
    editor.write(null, { ctrl: true, name: 'e' });
    stderr.write('^C\n');
    Object.assign(editor, { line: '', cursor: 0 });
    waiting.length = 0;
    take({ type: 'cleared' });
  });
  const feed = (chunk: Buffer) => void keys.write(chunk);
  const gone = () => editor.close();
  const listen = () => {
    stdin.setRawMode(true);
    stdin.on('data', feed).once('end', gone).resume();
  };
  const leave = () => {
    stdin.off('data', feed).off('end', gone).pause();
    if (!stdin.destroyed) stdin.setRawMode(false);
  };
  leave();
  return {
    async ask(prompt) {
      const next = waiting.shift();
      if (next) return next;
      if (ended) return { type: 'end' };
      listen();
      editor.setPrompt(prompt);
      editor.prompt(true);
      const asked = await new Promise<Asked>((resolve) => (answer = resolve));
      leave();
      return asked;
    },
    close: () => editor.close(),
  };
}
