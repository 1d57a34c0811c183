/** Tells systemd, where it has started us and waits for that, that the daemon is ready. */
import { execFile } from 'node:child_process';
import type { Log } from './log/index.js';

/** Node itself has no datagram sockets of files, which is what systemd listens to. */
export function tellReady(log: Log): void {
  if (!process.env.NOTIFY_SOCKET) return;
  execFile('systemd-notify', ['--ready'], { env: process.env }, (error) => {
    if (error)
      log({ level: 'error', message: 'systemd could not be told that the daemon is ready', reason: String(error) });
  });
}
