/** The text of a launchd property list. */
import { UNIT_MARK } from '#protocol/units';
import type { Part, Program } from './unit.js';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** XML has no other control characters, not even escaped ones. */
const string = (text: string) => `<string>${escaped(text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, ''))}</string>`;
const entry = (key: string, value: string) => `<key>${escaped(key)}</key>\n${value}`;
const dictionary = (entries: readonly string[]) => `<dict>\n${indented(entries)}\n</dict>`;
const array = (values: readonly string[]) => `<array>\n${indented(values)}\n</array>`;
const indented = (parts: readonly string[]) => parts.join('\n').replace(/^/gm, '  ');

export const label = (part: Part): string => `rdv.${part}`;

export const environmentEntry = (name: string, value: string): string => entry(name, string(value));

export function plistText({ part, argv, environment, home, output }: Program): string {
  const variables = { ...environment, ...(home && { REMOTE_DEV_DIR: home }) };
  const entries = [
    entry('Label', string(label(part))),
    entry('ProgramArguments', array(argv.map(string))),
    entry(
      'EnvironmentVariables',
      dictionary(Object.entries(variables).map(([name, value]) => environmentEntry(name, value))),
    ),
    entry('RunAtLoad', '<true/>'),
    entry('KeepAlive', dictionary([entry('SuccessfulExit', '<false/>')])),
    entry('ThrottleInterval', '<integer>30</integer>'),
    entry('ExitTimeOut', '<integer>45</integer>'),
    // Else launchd ends everything that the daemon has started.
    entry('AbandonProcessGroup', '<true/>'),
    // Else sessions get little of the processor, and the daemon 256 files.
    entry('ProcessType', string('Interactive')),
    entry('SoftResourceLimits', dictionary([entry('NumberOfFiles', '<integer>4096</integer>')])),
    entry('StandardErrorPath', string(output)),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${UNIT_MARK}, which may write it again. -->
<plist version="1.0">
${dictionary(entries)}
</plist>
`;
}
