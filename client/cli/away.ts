/** What an attached terminal shows while the daemon is away: after a moment, one line on the last row. */
import { openTerminal, type Terminal } from '../terminal.js';

export interface AwayLine {
  /** The stream is lost: the line is drawn unless it is back soon. */
  begin(): void;
  /** It is back, or nothing is drawn any more. */
  end(): void;
  /** As `openTerminal`, but once the line was drawn it does not resume: a new screen takes the line away. */
  readonly open: typeof openTerminal;
}

const SOON_MS = 1000;

/** `draw` shows the line, `erase` takes it away. */
export function createAwayLine({ draw, erase }: { draw(): void; erase(): void }): AwayLine {
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  let opening = false;
  let latest: Terminal | undefined;
  const show = () => {
    // A stream about to go on needs the screen as it is.
    if (opening) return void timer?.refresh();
    drawn = true;
    draw();
  };
  return {
    begin() {
      timer ??= setTimeout(show, SOON_MS);
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      if (drawn) erase();
      drawn = false;
    },
    async open(client, options) {
      opening = true;
      const { resume, ...anew } = options;
      // What has scrolled by stands in the terminal's own history already.
      const again = latest ? { ...(drawn ? anew : options), scrollback: 0 } : options;
      try {
        const terminal = await openTerminal(client, again);
        latest = terminal;
        void terminal.ended.then(() => (opening &&= latest !== terminal));
        return terminal;
      } catch (error) {
        opening = false;
        throw error;
      }
    },
  };
}

/** Text in reverse video on the last row, without any the row erased, whatever the program left unfinished or set; the cursor stays. */
export function lastRow(text: string, columns: number, rows: number): string {
  const shown = text && `\x1b[7m${text.slice(0, columns)}`;
  return `\x1b\\\x1b7\x1b[?6l\x1b[${rows};1H\x1b(B\x0f\x1b[0m${shown || '\x1b[2K'}\x1b[0m\x1b8`;
}
