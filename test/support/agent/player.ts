/** A fake agent without its terminal: what it makes of keys and of what the test says, and what it looks like. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createComposer } from './composer.js';
import { dialogOf, words } from './dialogs.js';
import type { Input } from './keyboard.js';
import { type Dialog, type Live, looks } from './looks.js';
import { cut } from './screen.js';
import type { Command, DialogKind, Plays, Quirks, State, Telling, Turn } from './talk.js';

export interface Stage {
  tell(report: Telling): void;
  /** Something to see has changed. */
  changed(): void;
  /** The program ends with this code. */
  leave(code: number): void;
}

export type Player = ReturnType<typeof createPlayer>;

/** The code that makes the program's parent start it again. */
export const RESPAWN = 75;

const TICK_MS = 100;
const KEPT = 200;

export function createPlayer(plays: Plays, quirksAtStart: Quirks, stage: Stage) {
  const composer = createComposer(plays);
  const quirks: { -readonly [Q in keyof Quirks]: Quirks[Q] } = { ...quirksAtStart };
  let transcript: string[] = [];
  let state: State = 'idle';
  let dialog: (Dialog & { selected: number }) | undefined;
  /** The turn to go on with once the dialog is answered. */
  let turn: Turn | undefined;
  let tick = 0;
  let startedAt = 0;
  let frozen: 'spinner' | 'all' | undefined;
  let pastedAt = 0;
  let seen = '';
  let tool: ChildProcess | undefined;
  const shells = new Set<ChildProcess>();
  const timers = new Set<NodeJS.Timeout>();
  let ticking: NodeJS.Timeout | undefined;

  const after = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const say = (text: string) => {
    transcript = [...transcript, ...text.split('\n')].slice(-KEPT);
    stage.changed();
  };
  const become = (next: State) => {
    state = next;
    stage.tell({ told: 'state', state });
    stage.changed();
  };
  const hook = (event: string, what: object = {}) => {
    if (!quirks.hook) return;
    const [program, ...args] = quirks.hook;
    const child = spawn(program!, [...args, plays, event], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => say(`The hook ${program} cannot be run.`));
    child.stdin.on('error', () => child.kill());
    child.stdin.end(JSON.stringify({ hook_event_name: event, session_id: 'fake', cwd: process.cwd(), ...what }));
  };
  /** What is typed is seen late where the quirk says so. */
  const echo = () => {
    const show = () => {
      seen = composer.shown;
      stage.changed();
    };
    if (quirks.echoLateMs) after(quirks.echoLateMs, show);
    else show();
  };
  const run = ([program, ...args]: readonly string[]) => {
    const child = spawn(program!, args, { stdio: 'ignore' });
    child.on('error', () => say(`${program} cannot be run.`));
    return child;
  };

  function rest() {
    clearInterval(ticking);
    ticking = undefined;
    frozen = undefined;
    tool?.kill('SIGKILL');
    tool = undefined;
    turn = undefined;
    dialog = undefined;
  }

  function idle() {
    const worked = state !== 'idle';
    rest();
    become('idle');
    if (worked) hook('Stop');
  }

  function work(next: Turn) {
    rest();
    turn = next;
    tick = 0;
    startedAt = Date.now();
    if (next.tool !== undefined) say(`● ${next.tool}\n  ⎿  Running…`);
    if (next.run) tool = run(next.run);
    ticking = setInterval(advance, TICK_MS);
    become('working');
    if (next.ms !== undefined) after(next.ms, () => turn === next && end(next));
  }

  function end(ended: Turn) {
    if (ended.then === undefined) return idle();
    ask(ended.then);
    turn = {};
  }

  function advance() {
    if (frozen === 'all') return;
    tick++;
    const line = turn?.lines?.[tick - 1];
    if (line !== undefined && !frozen) say(line);
    stage.changed();
  }

  function ask(kind: DialogKind, text?: string, options?: readonly string[]) {
    clearInterval(ticking);
    dialog = { ...dialogOf(plays, kind, text, options), selected: 0 };
    become('asking');
    hook('Notification', { notification_type: kind === 'permission' ? 'permission_prompt' : 'elicitation_dialog' });
  }

  function choose(index: number) {
    const { kind, options } = dialog!;
    if (index >= options.length) return;
    stage.tell({ told: 'chosen', kind, option: options[index]! });
    dialog = undefined;
    if (turn) work({ ...turn });
    else idle();
  }

  function inDialog(input: Input) {
    stage.tell({ told: 'intoDialog', data: input.bytes.toString('base64') });
    const { selected, options } = dialog!;
    if (input.is === 'text' && /^[1-9]/.test(input.text) && plays !== 'opencode')
      return choose(Number(input.text[0]) - 1);
    if (input.is !== 'key') return;
    const step = { Up: -1, Left: -1, Down: 1, Right: 1, Tab: 1 }[input.name];
    if (step !== undefined) dialog!.selected = (selected + step + options.length) % options.length;
    if (input.name === 'Enter') return choose(selected);
    if (input.name === 'Escape') {
      stage.tell({ told: 'cancelled', what: 'dialog' });
      idle();
    }
    stage.changed();
  }

  function pasted(bytes: Buffer) {
    stage.tell({ told: 'pasted', data: bytes.toString('base64') });
    pastedAt = Date.now();
    if (quirks.swallowPastes) {
      quirks.swallowPastes--;
      stage.tell({ told: 'swallowed', what: 'paste' });
    } else {
      composer.paste(bytes.toString().replace(/\r\n?/g, '\n'), quirks.pastedPlaceholder ?? true);
      echo();
    }
    const { dialogAfterPaste: raised, respawnAfterPaste: replaced } = quirks;
    delete quirks.dialogAfterPaste;
    delete quirks.respawnAfterPaste;
    if (raised?.ms === 0) ask(raised.kind);
    else if (raised) after(raised.ms, () => ask(raised.kind));
    if (replaced !== undefined) after(replaced, () => stage.leave(RESPAWN));
  }

  function enter() {
    if (quirks.dropEnters) {
      quirks.dropEnters--;
      return stage.tell({ told: 'swallowed', what: 'enter' });
    }
    if (Date.now() - pastedAt < (quirks.enterTooSoonMs ?? 0)) {
      composer.type('\n');
      return echo();
    }
    if (composer.text.trim() === '') return;
    if (quirks.dialogForTurn) {
      const kind = quirks.dialogForTurn;
      delete quirks.dialogForTurn;
      return ask(kind);
    }
    submit(composer.text);
  }

  function submit(text: string) {
    const { shown } = composer;
    composer.clear();
    seen = '';
    stage.tell({ told: 'submitted', text });
    say(`> ${shown}`);
    if (state === 'working') return;
    hook('UserPromptSubmit', { prompt: text });
    const next = quirks.turn ?? {};
    if (quirks.neverBusy) return;
    if (quirks.busyLateMs) after(quirks.busyLateMs, () => work(next));
    else work(next);
  }

  function typed(input: Input) {
    if (dialog) return inDialog(input);
    if (input.is === 'paste') return pasted(input.bytes);
    if (input.is === 'text') composer.type(input.text);
    else if (input.name === 'Enter') return enter();
    else if (input.name === 'C-j') composer.type('\n');
    else if (input.name === 'BSpace') composer.erase();
    else if (input.name === 'C-u') composer.clear();
    else if (input.name === 'C-d') return stage.leave(0);
    else if (input.name === 'Escape' || input.name === 'C-c') return interrupt();
    echo();
  }

  function interrupt() {
    if (state !== 'working') return;
    stage.tell({ told: 'cancelled', what: 'turn' });
    say('■ Conversation interrupted');
    // No hook: agents tell nobody of this.
    rest();
    become('idle');
  }

  function obey(command: Command) {
    if (command.do === 'idle') idle();
    else if (command.do === 'work') work(command.turn ?? {});
    else if (command.do === 'spin' || command.do === 'silent') {
      if (state !== 'working') work({});
      frozen = command.do === 'spin' ? 'spinner' : 'all';
    } else if (command.do === 'ask') ask(command.kind, command.text, command.options);
    else if (command.do === 'print') say(command.text);
    else if (command.do === 'draft') {
      composer.type(command.text);
      echo();
    } else if (command.do === 'quirks') Object.assign(quirks, command.quirks);
    else if (command.do === 'background') background(command.run);
    else if (command.do === 'limited' || command.do === 'authFailed') refuse(command);
    stage.changed();
  }

  function background(argv: readonly string[]) {
    const shell = run(argv);
    shells.add(shell);
    shell.on('exit', () => {
      shells.delete(shell);
      stage.changed();
    });
  }

  function refuse(command: Extract<Command, { do: 'limited' | 'authFailed' }>) {
    rest();
    const said = words[plays];
    say(command.do === 'limited' ? said.limited.replace('%', command.until) : said.authFailed);
    become(command.do);
    hook('StopFailure', { error: command.do });
  }

  return {
    typed,
    obey,
    /** What stands on a screen of this size, without the title of a program that says none. */
    look(cols: number, rows: number): Live {
      const hidden = quirks.neverBusy || state !== 'working';
      const seconds = frozen ? 3 : Math.floor((Date.now() - startedAt) / 1000);
      const busy = hidden ? undefined : { tick, seconds, tokens: frozen ? 300 : tick * 37 };
      const live = looks[plays]({
        ...{ cols, busy, dialog, composer: seen, placeholder: quirks.placeholder ?? '', shells: shells.size },
      });
      const room = Math.max(rows - live.lines.length, 0);
      const above = transcript
        .slice(-room || transcript.length)
        .slice(0, room)
        .map((line) => cut(line, cols));
      return {
        ...live,
        lines: [...above, ...live.lines].slice(-rows),
        cursor: [Math.min(above.length + live.cursor[0], rows - 1), live.cursor[1]],
      };
    },
    close(): void {
      rest();
      for (const timer of timers) clearTimeout(timer);
      for (const shell of shells) shell.kill('SIGKILL');
    },
  };
}
