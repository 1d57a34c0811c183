/** Stand-ins for systemctl, loginctl and launchctl that keep what was asked of them, and really start and end programs. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { folderFor } from './whole.js';

/** In `$STATE`: `calls`, a `pid` of each unit, what programs said, and `broken` with what to fail with. */
const SHARED = `#!/bin/sh
name=\${0##*/}
echo "$name $*" >>"$STATE/calls"
if [ -e "$STATE/broken" ]; then cat "$STATE/broken" >&2; exit 1; fi
alive() { [ -s "$STATE/$1.pid" ] && kill -0 "$(cat "$STATE/$1.pid")" 2>/dev/null; }
# Runs what is defined in $environment and $command, once.
begin() {
  begun=
  alive "$1" && return
  begun=yes
  rm -f "$STATE/ready"
  (
    exec </dev/null >"$STATE/$1.out" 2>"$STATE/$1.err"
    eval "exec env -i HOME=\\"\\$HOME\\" $environment $command"
  ) &
  echo $! >"$STATE/$1.pid"
}
end() {
  alive "$1" || return 0
  kill "$(cat "$STATE/$1.pid")"
  while alive "$1"; do sleep 0.02; done
}
`;

const SYSTEMCTL = `${SHARED}
shift
for unit; do :; done
file="\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user/$unit"
start() {
  command=$(sed -n 's/^ExecStart=//p' "$file")
  environment="NOTIFY_SOCKET=/notify STATE='$STATE' $(sed -n 's/^Environment=//p' "$file" | tr '\\n' ' ')"
  begin "$unit"
  until [ -e "$STATE/ready" ]; do
    alive "$unit" || break
    sleep 0.02
  done
  alive "$unit" && return
  # One that was there already, and ended meanwhile, is none that failed.
  [ "$begun" ] || { start; return; }
  echo "Job for $unit failed because the control process exited with error code." >&2
  exit 1
}
case "$*" in
  *MainPID*) if alive "$unit"; then cat "$STATE/$unit.pid"; else echo 0; fi ;;
  *KillMode*) { sed -n 's/^KillMode=//p' "$file"; echo control-group; } | head -n 1 ;;
  enable*|start*) [ -e "$file" ] || { echo "Unit file $unit does not exist." >&2; exit 1; } ;;
esac
case "$1 $2" in
  'enable --now'|start*) start ;;
  'disable --now') end "$unit" ;;
  reset-failed*) exit 1 ;;
esac
exit 0
`;

/** A program of a type that says when it is ready says it to this. */
const SYSTEMD_NOTIFY = `#!/bin/sh
[ "$* $NOTIFY_SOCKET" = '--ready /notify' ] && touch "$STATE/ready"
`;

const LOGINCTL = `${SHARED}
case $1 in
  show-user) if [ -e "$STATE/lingers" ]; then echo yes; else echo no; fi ;;
  enable-linger) touch "$STATE/lingers" ;;
esac
`;

/** What is loaded is told by a file \`loaded\`. */
const LAUNCHCTL = `${SHARED}
unit=\${2##*/}
start() {
  command=$(sed -n '/ProgramArguments/,/<\\/array>/s/.*<string>\\(.*\\)<\\/string>/"\\1"/p' "$1" | tr '\\n' ' ')
  environment=$(sed -n '/EnvironmentVariables/,/<\\/dict>/p' "$1" |
    sed -n 's/.*<key>\\(.*\\)<\\/key>/\\1/p;s/.*<string>\\(.*\\)<\\/string>/\\1/p' | grep -v EnvironmentVariables |
    paste -d= - - | sed 's/.*/"&"/' | tr '\\n' ' ')
  begin "$unit"
}
case $1 in
  print)
    [ "$unit" = "\${2#gui/}" ] && exit 0
    [ -e "$STATE/loaded" ] || exit 113
    alive "$unit" && echo "	pid = $(cat "$STATE/$unit.pid")"
    exit 0 ;;
  bootstrap) [ -e "$3" ] || exit 5; unit=\${3##*/}; unit=\${unit%.plist}; cp "$3" "$STATE/loaded"; start "$3" ;;
  kickstart) [ -e "$STATE/loaded" ] || exit 113; start "$STATE/loaded" ;;
  bootout) end "$unit"; rm "$STATE/loaded" ;;
esac
`;

export interface Supervised {
  /** For programs that are to meet the stand-ins. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user's home directory. */
  readonly home: string;
  /** What was asked since the last time. */
  calls(): string[];
  /** From now on everything fails with these words; not any more without them. */
  breakWith(words?: string): void;
  file(path: string): string;
  has(path: string): boolean;
  pid(unit: string): number;
}

export function supervised(t: TestContext, kind: 'systemd' | 'launchd'): Supervised {
  const home = folderFor(t);
  const state = folderFor(t);
  const bin = folderFor(t);
  const scripts = { systemctl: SYSTEMCTL, loginctl: LOGINCTL, launchctl: LAUNCHCTL, 'systemd-notify': SYSTEMD_NOTIFY };
  for (const [name, script] of Object.entries(scripts)) writeFileSync(join(bin, name), script, { mode: 0o755 });
  let told = 0;
  const calls = () =>
    existsSync(join(state, 'calls')) ? readFileSync(join(state, 'calls'), 'utf8').trim().split('\n') : [];
  const place: Supervised = {
    environment: {
      HOME: home,
      STATE: state,
      PATH: `${bin}:${process.env.PATH}`,
      RDV_SUPERVISOR: kind,
      LANG: 'C.UTF-8',
    },
    home,
    calls() {
      const all = calls();
      const fresh = all.slice(told);
      told = all.length;
      return fresh;
    },
    breakWith(words) {
      writeFileSync(join(state, 'broken'), words ?? '');
      if (words === undefined) rmSync(join(state, 'broken'));
    },
    file: (path) => readFileSync(join(home, path), 'utf8'),
    has: (path) => existsSync(join(home, path)),
    pid: (unit) => Number(readFileSync(join(state, `${unit}.pid`), 'utf8')),
  };
  return place;
}
