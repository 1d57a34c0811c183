/** The environment every session starts with. */
import { userInfo } from 'node:os';

/** Passed on from whoever started the daemon; all else stays out, above all secrets and settings of another agent's session. */
const PASSED = [
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'HOME',
  'LANG',
  'LANGUAGE',
  'LOGNAME',
  'PATH',
  'SHELL',
  'SSH_AUTH_SOCK',
  'TMPDIR',
  'TMUX_TMPDIR',
  'TZ',
  'USER',
  'WAYLAND_DISPLAY',
];

/** Home, user and shell are filled in from the system, and the locale is UTF-8 whatever it was. */
export function cleanEnvironment(from: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const user = userInfo();
  const kept = Object.entries(from).filter(([key]) => PASSED.includes(key) || /^(LC|XDG)_/.test(key)) as [
    string,
    string,
  ][];
  const environment = {
    HOME: user.homedir,
    USER: user.username,
    LOGNAME: user.username,
    SHELL: user.shell || '/bin/sh',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...Object.fromEntries(kept),
    COLORTERM: 'truecolor',
  };
  return { ...environment, ...utf8Locale(environment) };
}

/** tmux and programs take text for UTF-8 only when the locale says so. */
function utf8Locale(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const effective = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  if (/utf-?8/i.test(effective)) return {};
  const utf8 = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  return environment.LC_ALL ? { LC_ALL: utf8, LANG: utf8 } : { LC_CTYPE: utf8, LANG: environment.LANG || utf8 };
}
