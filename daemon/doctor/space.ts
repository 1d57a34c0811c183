/** Judges file systems: what kind they are, and how much room they have. */
import type { Finding } from '#protocol/diagnosis';
import { failure, note, ok, warning, word } from './check.js';
import type { Space } from './context.js';

/** By the numbers of statfs(2) on Linux. Locks and sockets do not work over them, or only at times. */
const network: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  16914839: '9P',
  12805120: 'Ceph',
  198183888: 'Lustre',
  1397113167: 'AFS',
};
const FUSE = 0x65735546;

export function judgeFileSystem(path: string, type: number): Finding {
  const kind = network[type >>> 0];
  const cure = 'export REMOTE_DEV_DIR=/a/folder/on/a/local/disk';
  if (kind) return failure(`${path} lies on ${kind}, where neither locks nor sockets can be relied on.`, cure);
  if (type >>> 0 === FUSE)
    return note(`${path} lies on a FUSE file system; if it is a remote one, locks cannot be relied on.`, cure);
  return ok(`${path} lies on a local disk`);
}

const MIB = 1024 ** 2;

export interface Bounds {
  readonly warnBelow: number;
  readonly failBelow: number;
}

export const dataRoom: Bounds = { warnBelow: 500 * MIB, failBelow: 50 * MIB };
export const temporaryRoom: Bounds = { warnBelow: 100 * MIB, failBelow: 10 * MIB };
const files: Bounds = { warnBelow: 5000, failBelow: 200 };

export function judgeRoom(path: string, { bavail, bsize }: Space, { warnBelow, failBelow }: Bounds): Finding {
  const free = bavail * bsize;
  const cure = `df -h ${word(path)}; du -xh ${word(path)} | sort -h | tail`;
  const seen = `${megabytes(free)} are free at ${path}`;
  if (free < failBelow) return failure(`Only ${seen}: what is written next may be lost.`, cure);
  if (free < warnBelow) return warning(`Only ${seen}.`, cure);
  return ok(seen);
}

export function judgeFiles(path: string, { files: all, ffree }: Space): Finding {
  // Some file systems make them as they are needed.
  if (all === 0) return ok('this file system does not count files');
  const cure = `df -i ${word(path)}`;
  const seen = `${ffree} more files fit at ${path}`;
  if (ffree < files.failBelow) return failure(`Only ${seen}.`, cure);
  if (ffree < files.warnBelow) return warning(`Only ${seen}.`, cure);
  return ok(seen);
}

export function megabytes(bytes: number): string {
  if (bytes >= 10 * 1024 * MIB) return `${Math.floor(bytes / 1024 / MIB)} GiB`;
  return bytes >= 10 * MIB ? `${Math.floor(bytes / MIB)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
