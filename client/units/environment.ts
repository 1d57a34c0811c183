/** What of a person's environment a program needs that is started without that person's shell. */

/** What names things of this login alone stays out: it means nothing at the next one. */
const LASTING = [
  'LANG',
  'LANGUAGE',
  'TMUX_TMPDIR',
  'TZ',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
];

/** The thin PATH of systemd and launchd has no agents, and often no tmux. */
export function lastingEnvironment(from: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(from).filter(([key, value]) => value && (LASTING.includes(key) || /^LC_/.test(key)));
  const PATH = lastingPath(from.PATH ?? '', from.XDG_RUNTIME_DIR);
  return { PATH, ...(Object.fromEntries(kept.sort()) as Record<string, string>) };
}

/** Without what npm puts before it for a script, what is relative, and what ends with this login. */
function lastingPath(path: string, runtime: string | undefined): string {
  const folders = path.split(':').filter((folder) => {
    if (!folder.startsWith('/') || /\/(node_modules\/\.bin|node-gyp-bin)\/?$/.test(folder)) return false;
    return !folder.startsWith('/run/user/') && !(runtime && folder.startsWith(`${runtime}/`));
  });
  return [...new Set([...folders, '/usr/local/bin', '/usr/bin', '/bin'])].join(':');
}
