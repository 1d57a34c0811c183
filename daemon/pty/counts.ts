/** Bounds how often a sequence may ask the screen model to do a thing again: it would do it two thousand million times. */
import type { Terminal } from '@xterm/headless';

/** Scroll up and down, insert and delete lines, go tabs forward and back, repeat a character. */
const FINALS = ['S', 'T', 'L', 'M', 'I', 'Z', 'b'];

/** Its own parameters, which its public interface copies before it gives them out. */
interface Core {
  registerCsiHandler(
    id: { readonly final: string },
    handle: (given: { readonly params: Int32Array }) => boolean,
  ): unknown;
}

/** Nothing shows a difference: after as many lines or cells as a screen has, doing it again changes no more. */
export function boundCounts(terminal: Terminal): void {
  const { _core } = terminal as unknown as { _core: Core };
  for (const final of FINALS) {
    _core.registerCsiHandler({ final }, ({ params }) => {
      const most = final === 'b' ? terminal.cols * terminal.rows : Math.max(terminal.cols, terminal.rows);
      if (params[0]! > most) params[0] = most;
      // The model itself does the rest.
      return false;
    });
  }
}
