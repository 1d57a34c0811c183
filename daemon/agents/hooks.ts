/** What a hook's report means as evidence. Pure. */
import type { HookReport } from '#protocol';
import type { Says } from './evidence.js';
import type { Claim, Told } from './gather.js';
import type { Manifest } from './manifests/manifest.js';

type Meaning = Pick<Claim, 'says' | 'kind'> & { readonly turn?: 'open' | 'closed' | 'none'; readonly tool?: boolean };

const meanings: Readonly<Record<HookReport['event'], Meaning>> = {
  sessionStart: { says: 'nothing', turn: 'none', tool: false },
  sessionEnd: { says: 'done', turn: 'none', tool: false },
  turnStart: { says: 'busy', turn: 'open' },
  turnEnd: { says: 'idle', turn: 'closed', tool: false },
  turnFailed: { says: 'idle', turn: 'closed', tool: false },
  toolStart: { says: 'busy', tool: true },
  toolEnd: { says: 'busy', tool: false },
  permission: { says: 'blocked', kind: 'permission' },
  question: { says: 'blocked', kind: 'question' },
  idle: { says: 'idle', turn: 'none', tool: false },
  compacting: { says: 'busy' },
  limited: { says: 'limited', turn: 'none', tool: false },
  authFailed: { says: 'auth_failed', turn: 'none', tool: false },
  heartbeat: { says: 'nothing' },
};

/** `last` is what the hooks said before: a heartbeat says it again, if that was work. */
export function meaningOf(report: HookReport, { hooks }: Pick<Manifest, 'hooks'>, last: Says | undefined): Told {
  const { says, kind, turn, tool } = meanings[report.event];
  const said = report.event === 'heartbeat' && last === 'busy' ? 'busy' : says;
  const forEver = said === 'limited' || said === 'auth_failed' || said === 'done';
  const claim: Claim = {
    source: 'hook',
    says: said,
    rule: report.rawEvent ?? report.event,
    span: report.message ?? report.tool ?? null,
    ttlMs: forEver ? null : said === 'busy' ? hooks.busyMs : hooks.idleMs,
    ...(kind !== undefined && { kind }),
    ...(report.untilAt !== undefined && { until: report.untilAt }),
  };
  const turns = turn === undefined || (turn === 'none' && report.subagent) ? undefined : turn;
  return {
    // That an agent within the agent is done says nothing of the agent itself, which may go on or have ended before.
    claim: report.subagent && said === 'idle' ? { ...claim, says: 'nothing' } : claim,
    ...(turns && { turn: { own: report.subagent ? 'inner' : 'outer', id: report.turnId, now: turns } }),
    ...(tool !== undefined && !report.subagent && { toolOpen: tool }),
  };
}
