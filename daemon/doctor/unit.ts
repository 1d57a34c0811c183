/** Reads systemd units and launchd property lists. */

/** What holds of a unit and what is dropped in after it; the last one wins, an empty one is the default again. */
export function killModeIn(texts: readonly string[]): string {
  let mode = '';
  for (const text of texts) {
    for (const { name, value } of settingsIn(text)) if (name === 'KillMode') mode = value.split(/\s/)[0]!;
  }
  return mode || 'control-group';
}

/** The paths of the command of a unit, its program first; empty when there is none. */
export function programsIn(text: string): string[] {
  if (text.includes('<plist')) {
    const [, words = ''] = /<key>ProgramArguments<\/key>\s*<array>(.*?)<\/array>/s.exec(text) ?? [];
    return paths([...words.matchAll(/<string>(.*?)<\/string>/g)].map(([, word]) => fromXml(word!)));
  }
  const command = settingsIn(text).findLast(({ name }) => name === 'ExecStart')?.value ?? '';
  return paths(
    [...command.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => fromUnit(quoted ?? bare!)),
  );
}

const paths = (words: readonly string[]) => words.filter((word) => word.startsWith('/'));

/** Of its section for services. */
function settingsIn(text: string): { name: string; value: string }[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    const [, entered] = /^\s*\[(.+)\]\s*$/.exec(line) ?? [];
    section = entered ?? section;
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return section === 'Service' && name !== undefined ? [{ name, value: value! }] : [];
  });
}

const fromUnit = (word: string) =>
  word
    .replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c)
    .replaceAll('%%', '%')
    .replaceAll('$$', () => '$');

const fromXml = (word: string) => word.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
