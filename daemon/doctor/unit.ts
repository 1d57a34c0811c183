/** Reads systemd units. */

/** What holds of a unit and what is dropped in after it; the last one wins, an empty one is the default again. */
export function killModeIn(texts: readonly string[]): string {
  let mode = '';
  for (const text of texts) {
    let section = '';
    for (const line of text.split('\n').map((one) => one.trim())) {
      const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
      section = name ?? section;
      const [, value] = /^KillMode\s*=\s*(\S*)/.exec(line) ?? [];
      if (section === 'Service' && value !== undefined) mode = value;
    }
  }
  return mode || 'control-group';
}
