/** The text of a systemd user unit. */
import { UNIT_MARK } from '#protocol/units';
import type { Part, Program } from './unit.js';

/** A whole word for systemd: quoted, with nothing in it that it would replace. */
function quoted(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}

/** Variables are replaced in the arguments alone, and a program may have no quotes in its path. */
function commandLine(argv: readonly string[]): string {
  const [program = '', ...args] = /["'\\]/.test(argv[0]!) ? ['/usr/bin/env', ...argv] : argv;
  return [quoted(program), ...args.map((arg) => quoted(arg.replaceAll('$', () => '$$')))].join(' ');
}

export const unitName = (part: Part): string => (part === 'daemon' ? 'rdv.service' : 'rdv-bridge.service');

export const environmentLine = (name: string, value: string): string => `Environment=${quoted(`${name}=${value}`)}`;

export function unitText({ part, argv, environment, home }: Program): string {
  const variables = { ...environment, ...(home && { REMOTE_DEV_DIR: home }) };
  const lines = [
    `# ${UNIT_MARK}, which may write it again. Changes of your own: systemctl --user edit ${unitName(part)}`,
    '[Unit]',
    `Description=${part === 'daemon' ? 'rdv, terminal sessions that live on' : 'The bridge of rdv: HTTP and WebSocket'}`,
    ...(part === 'bridge' ? ['After=rdv.service'] : []),
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
    '',
    '[Service]',
    ...(part === 'daemon' ? READY : ['Type=exec']),
    `ExecStart=${commandLine(argv)}`,
    ...(part === 'daemon' ? ['ExecReload=kill -HUP $MAINPID'] : []),
    ...Object.entries(variables).map(([name, value]) => environmentLine(name, value)),
    ...LIFE,
    ...(part === 'daemon' ? BOUNDS : []),
    '',
    '[Install]',
    'WantedBy=default.target',
  ];
  return `${lines.join('\n')}\n`;
}

const READY = [
  'Type=notify',
  '# It has systemd-notify say that it is ready.',
  'NotifyAccess=all',
  '# The one before may finish its requests first.',
  'TimeoutStartSec=90',
];

const LIFE = [
  '# Only the program itself is stopped: sessions and agents live on.',
  'KillMode=process',
  'TimeoutStopSec=45',
  'Restart=on-failure',
  'RestartSec=1',
  '# A mistake in the configuration, and another one that runs, do not go away by trying again.',
  'RestartPreventExitStatus=2 75',
];

const BOUNDS = [
  '# Sessions count as parts of it: one that runs out of memory must not end it, and each may have its processes and files.',
  'OOMPolicy=continue',
  'TasksMax=infinity',
  'LimitNOFILE=4096:524288',
];
