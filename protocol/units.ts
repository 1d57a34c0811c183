/** Where the units lie that keep the daemon running, and how ours are known: for what writes them and what looks at them. */

type Environment = Readonly<Record<string, string | undefined>>;

export const systemdFolder = ({ XDG_CONFIG_HOME }: Environment, userHome: string): string =>
  `${XDG_CONFIG_HOME || `${userHome}/.config`}/systemd/user`;

export const launchdFolder = (userHome: string): string => `${userHome}/Library/LaunchAgents`;

/** Whether launchd leaves alone what the daemon has started. */
export const abandonsGroup = (plist: string): boolean => /<key>AbandonProcessGroup<\/key>\s*<true\/>/.test(plist);

/** It stands in the first lines of each file that we write, so that nobody else's is taken for ours. */
export const UNIT_MARK = 'Written by `rdv daemon install`';

export const isOurUnit = (text: string): boolean => text.split('\n', 4).some((line) => line.includes(UNIT_MARK));
