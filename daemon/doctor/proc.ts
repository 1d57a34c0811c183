/** Reads what the Linux kernel tells in text files. */

/** From `/proc/locks`: who holds a write lock on the file with this number; undefined when the kernel hides it. */
export function holderIn(locks: string, inode: number): number | undefined {
  const line = locks.split('\n').find((one) => / WRITE /.test(one) && one.includes(`:${inode} `));
  const pid = Number(line?.split(/\s+/)[4]);
  return pid > 0 ? pid : undefined;
}

const LISTENS = 0x10000;

export interface Listener {
  /** What it was bound to; it may have been renamed since. */
  readonly path: string;
  /** The number of the socket, as in `/proc/<pid>/fd`. */
  readonly inode: number;
}

/** From `/proc/net/unix`: those that listen under a name in this folder. */
export function listenersIn(sockets: string, folder: string): Listener[] {
  return sockets.split('\n').flatMap((line) => {
    const [, , , flags = '0', , , inode, ...words] = line.trim().split(/\s+/);
    const path = words.join(' ');
    const here = path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/');
    return here && Number.parseInt(flags, 16) & LISTENS ? [{ path, inode: Number(inode) }] : [];
  });
}
