/** One picture for all viewers that need one at the same time: a crowd that fell behind together costs one capture. */
import type { Drawn } from './cut.js';

export interface Asked {
  readonly scrollback: number;
  /** Whether the program has ended: a picture begun before may lack its last words. */
  readonly sawEnd: boolean;
  /** Asked in another epoch, a picture may never come. */
  readonly epoch: string;
}

/** Those who ask for the same while a picture is being drawn get that one; it may stand before where they are. */
export function createSharing(draw: (scrollback: number) => Promise<Drawn>) {
  const underWay = new Map<string, Promise<Drawn>>();
  return ({ scrollback, sawEnd, epoch }: Asked): Promise<Drawn> => {
    const wanted = `${scrollback} ${sawEnd} ${epoch}`;
    const found = underWay.get(wanted);
    if (found) return found;
    const drawing = draw(scrollback);
    const over = () => void underWay.delete(wanted);
    underWay.set(wanted, drawing);
    drawing.then(over, over);
    return drawing;
  };
}
