/** Who owns a session's size: one viewer at a time, the latest to open, focus or type. Pure: no clock, no tmux. */

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** The size a viewer would have if it owned it. */
interface Claim extends Size {
  readonly viewer: string;
}

export interface Lease {
  /** The size without an owner; that of the first owner where the session was made without one. */
  readonly home: Size | null;
  readonly owner: string | null;
  /** The owner's connection was lost: it is waited for, and anybody who asks gets the size. */
  readonly away: boolean;
  /** Least recently active first. */
  readonly claims: readonly Claim[];
}

export const vacant = (home: Size | null): Lease => ({ home, owner: null, away: false, claims: [] });

/** What the session's size should be; null to leave it as it is. */
export function sizeOf({ home, owner, claims }: Lease): Size | null {
  const { cols, rows } = claims.find(({ viewer }) => viewer === owner) ?? home ?? { cols: 0, rows: 0 };
  return cols > 0 ? { cols, rows } : null;
}

/** A viewer has this size from now on. It becomes the owner if it `takes`, or if there is no owner that is here. */
export function claim(lease: Lease, viewer: string, { cols, rows }: Size, takes: boolean): Lease {
  const known = lease.claims.some((each) => each.viewer === viewer);
  const claims = known
    ? lease.claims.map((each) => (each.viewer === viewer ? { viewer, cols, rows } : each))
    : // A newcomer that takes nothing is the last in line.
      [{ viewer, cols, rows }, ...lease.claims];
  const home = lease.home ?? { cols, rows };
  const next = { ...lease, claims, home };
  return takes || lease.owner === null || lease.away ? take(next, viewer) : next;
}

/** The viewer typed or was looked at: the size is its own, if it has said one. */
export function take(lease: Lease, viewer: string): Lease {
  const mine = lease.claims.find((each) => each.viewer === viewer);
  if (!mine) return lease;
  const gone = lease.away && lease.owner !== viewer ? lease.owner : null;
  const others = lease.claims.filter((each) => each.viewer !== viewer && each.viewer !== gone);
  return { ...lease, owner: viewer, away: false, claims: [...others, mine] };
}

/** The viewer left: the size goes to whoever was active last, else back home. */
export function release(lease: Lease, viewer: string): Lease {
  const claims = lease.claims.filter((each) => each.viewer !== viewer);
  if (lease.owner !== viewer) return { ...lease, claims };
  return { ...lease, claims, owner: claims.at(-1)?.viewer ?? null, away: false };
}

/** The viewer's connection was lost: as owner it keeps the size until `expire`, for it may come back in a moment. */
export function lose(lease: Lease, viewer: string): Lease {
  return lease.owner === viewer ? { ...lease, away: true } : release(lease, viewer);
}

/** The owner that went away was waited for long enough. */
export function expire(lease: Lease): Lease {
  return lease.away && lease.owner !== null ? release(lease, lease.owner) : lease;
}
