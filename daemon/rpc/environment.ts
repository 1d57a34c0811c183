/** Variables that change how programs load: who may give them to a session. Pure. */
import { RpcError } from '#protocol';
import type { Identity } from './identity.js';

/**
 * With these a program is another program: libraries and code loaded before it begins, where commands are looked for, what
 * a shell reads first. And ours, by which a session is known.
 */
const changing = [
  /^(LD|DYLD|GIT|NPM_CONFIG|RDV)_/i,
  /^(PATH|NODE_OPTIONS|NODE_PATH|BASH_ENV|ENV|ZDOTDIR|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS4|IFS|HOME|SHELL)$/i,
  /^(PYTHONPATH|PYTHONSTARTUP|PYTHONHOME|PERL5LIB|PERL5OPT|RUBYOPT|RUBYLIB|GCONV_PATH|REMOTE_DEV_DIR)$/i,
  /^(JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|TERMINFO|TERMINFO_DIRS)$/i,
];

/**
 * Throws Forbidden for such a variable from anybody but the user himself: a session's own token, one of a part of the tree,
 * and one that an assistant holds act for him, and may not change what his programs are.
 */
export function refuseLoaders(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  identity: Identity,
): void {
  if (isOwner(identity)) return;
  const refused = Object.keys(variables ?? {}).find((key) => changing.some((pattern) => pattern.test(key)));
  if (refused === undefined) return;
  const said = `The variable ${refused} changes how programs load, so this token may not set it. Set it with a token of your own, or in the program itself.`;
  throw new RpcError('Forbidden', said, { code: 'VARIABLE_REFUSED', details: { variable: refused } });
}

const isOwner = ({ kind, reach }: Identity) => !reach && kind !== 'ses' && kind !== 'mcp';
