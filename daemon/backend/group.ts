/** Ends the processes of a terminal that take no notice of its end. */

const GRACE_MS = 2000;

/** After a grace period whatever of the process group still runs gets SIGKILL. Returns at once. */
export function endGroup(pid: number): void {
  setTimeout(killGroup, GRACE_MS, pid).unref();
}

/** The first process of a terminal leads its group. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: nobody is left. EPERM: on macOS said of a group of zombies.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
