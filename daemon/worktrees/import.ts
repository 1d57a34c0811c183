/** A commit of what only a worktree had, as input for `git fast-import`. Pure: no git, no files. */
import type { IndexEntry } from './staged.js';

/** Parts of a ref are not everything a directory can be called. */
export function recoveryRef(name: string, at: number): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+/, '');
  return `refs/rdv/recovery/${plain || 'worktree'}-${at}`;
}

/** For `git fast-import`: a commit of an index, with the stages of conflicts and all else in a folder of its own. */
export function importOf(wanted: {
  readonly ref: string;
  readonly at: number;
  readonly message: string;
  readonly loss: {
    readonly head: string | null;
    readonly index: readonly IndexEntry[];
    readonly commits: readonly string[];
    readonly objects: readonly { readonly name: string; readonly type: string }[];
  };
}): string {
  const { head, index, commits, objects } = wanted.loss;
  const [first, ...others] = [...new Set([...(head ? [head] : []), ...commits])];
  const place = ({ stage, path }: IndexEntry) => (stage === '0' ? path : `.rdv-recovery/stage-${stage}/${path}`);
  return [
    `commit ${wanted.ref}`,
    `committer rdv <rdv@localhost> ${Math.floor(wanted.at / 1000)} +0000`,
    `data ${Buffer.byteLength(wanted.message)}`,
    wanted.message,
    ...(first ? [`from ${first}`] : []),
    ...others.map((commit) => `merge ${commit}`),
    'deleteall',
    ...index.map((entry) => `M ${entry.mode} ${entry.object} ${quoted(place(entry))}`),
    ...objects.map(
      ({ name, type }) => `M ${type === 'tree' ? '040000' : '100644'} ${name} .rdv-recovery/${type}-${name}`,
    ),
    'done',
    '',
  ].join('\n');
}

/** As git quotes names that are bytes. */
function quoted(bytes: string): string {
  const plain = bytes.replace(/[\\"]/g, '\\$&');
  return `"${plain.replace(/[^ -~]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;
}
