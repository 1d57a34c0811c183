/** The lives of a session's program: which agent is in front, since when, and what is gathered of it. */
import type { HookReport, Session } from '#protocol';
import type { Provider } from './evidence.js';
import { foregroundOf, isShell, type Process, startsAnother } from './foreground.js';
import { begin, type Claim, type Gathered } from './gather.js';
import type { Manifest } from './manifests/manifest.js';
import { agentIn, chooseProvider } from './provider.js';
import type { Reader } from './reading.js';
import type { Verdict } from './verdict.js';

export interface Manifests {
  manifest(provider: Provider): Manifest;
  read(provider: Provider): Reader;
  readonly all: readonly Manifest[];
}

export interface LivesDeps {
  readonly manifests: Manifests;
  /** The first process of a pane, as far as it was asked for. */
  pidOf(pane: number): number | undefined;
}

export interface Life {
  readonly provider: Provider;
  manifest(): Manifest;
  readonly read: Reader;
  readonly startedAt: number;
  gathered: Gathered;
  verdict: Verdict | undefined;
  /** What its processes say. */
  claims: readonly Claim[];
}

export interface Lives {
  /** As it is now; another one once another agent, or the shell behind it, is in front. */
  current(session: Session, pane: number, now: number): Life;
  /** Notes which agent and conversation a report is about; false for an earlier conversation. */
  hooked(report: HookReport): boolean;
}

/** Conversations remembered of which nothing counts any more. */
const RETIRED = 32;

export function createLives({ manifests, pidOf }: LivesDeps): Lives {
  let life: (Life & { readonly key: string }) | undefined;
  let hookedBy: Provider | undefined;
  let conversation: string | undefined;
  let retired: readonly string[] = [];
  let agentSeen = false;
  let count = 0;

  const retire = () => {
    if (conversation !== undefined) retired = [...retired, conversation].slice(-RETIRED);
    conversation = undefined;
  };

  const change = (key: string, provider: Provider, session: Session, startedAt: number) => {
    const manifest = manifests.manifest(provider);
    // What a hook told before its agent was seen is of that agent, and not of the shell.
    if (life && life.provider !== 'shell') retire();
    const { graceMs } = manifest;
    // One that a person started by hand may be there to answer once, and shows nothing until then.
    const startsSlowly = manifest.startsSlowly && isDeclared(session);
    const spawnId = key.startsWith('unknown') ? `${session.id.slice(0, 8)}.${++count}` : key;
    const gathered = begin({ spawnId, startedAt, graceMs, startsSlowly });
    life = {
      ...{ key, provider, startedAt, gathered, verdict: undefined, claims: [] },
      // Users may change their rules meanwhile.
      manifest: () => manifests.manifest(provider),
      read: (...given) => manifests.read(provider)(...given),
    };
  };

  return {
    current(session, pane, now) {
      // A program that has ended stays what it was.
      if (session.exit && life) return life;
      const pid = session.exit ? undefined : pidOf(pane);
      const front = pid === undefined ? undefined : foregroundOf(pid);
      const shellInFront = front !== undefined && isShell(front.argv);
      const signs = { declared: session.agentProvider, command: session.command, hooked: hookedBy, shellInFront };
      const provider = chooseProvider({ ...signs, front: front?.argv }, manifests.all);
      const key = keyOf(front, provider, manifests.all, life?.key);
      // Of a program that began before this daemon, nobody waits for the start.
      const startedAt = life ? now : session.createdAt;
      if (!life || life.key !== key || life.provider !== provider) change(key, provider, session, startedAt);
      agentSeen ||= provider !== 'shell';
      life!.claims = shellInFront && isDeclared(session) ? [shellClaim(front, agentSeen)] : [];
      return life!;
    },
    hooked(report) {
      hookedBy = report.agent;
      const { agentSessionId, event, subagent } = report;
      if (agentSessionId === undefined || subagent) return true;
      // An agent may take up an earlier conversation.
      if (event === 'sessionStart') retired = retired.filter((id) => id !== agentSessionId);
      if (retired.includes(agentSessionId)) return false;
      if (event === 'sessionStart' && conversation !== undefined && conversation !== agentSessionId) retire();
      conversation ??= agentSessionId;
      return true;
    },
  };
}

/** Names the life: commands that come and go before a shell, and programs nobody knows, do not begin another. */
function keyOf(
  front: Process | undefined,
  provider: Provider,
  manifests: readonly Manifest[],
  before: string | undefined,
): string {
  if (!front) return before ?? 'unknown';
  const named = `${front.pid}.${front.startedTicks}`;
  if (agentIn(front.argv, manifests) || isShell(front.argv)) return named;
  // What stands for a declared agent: a program under another name, or a script that starts it again.
  if (provider !== 'shell' && !startsAnother(front.argv)) return named;
  return before ?? named;
}

const isDeclared = ({ agentProvider }: Session) => agentProvider !== null && agentProvider !== 'none';

/** Where an agent should be there is a shell: nothing that is meant for the one must reach the other. */
function shellClaim(front: Process, agentSeen: boolean): Claim {
  const claim = { source: 'process', span: front.argv[0] ?? null } as const;
  return agentSeen
    ? { ...claim, says: 'done', rule: 'shell-behind-agent' }
    : { ...claim, says: 'awaited', rule: 'shell-before-agent' };
}
