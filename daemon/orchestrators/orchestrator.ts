/** What an orchestrator may do and become, whom it watches, and how it is told. Pure. */
import { type Orchestrator, type OrchestratorStatus, type OrchestratorType, RpcError, type Session } from '#protocol';

/** As it is kept. */
export interface Kept
  extends Omit<Orchestrator, 'name' | 'scopeType' | 'scopeId' | 'isMonitoringActive' | 'stallThreshold'> {
  /** Null: as the configuration says, now and when it changes. */
  readonly stallThreshold: number | null;
  /** The folder it watches; null for all. */
  readonly folderId: string | null;
  /** Whether it is to watch, unless it is paused. */
  readonly monitoring: boolean;
}

/** What can be set of one. */
export interface Settings {
  readonly customInstructions?: string | null | undefined;
  readonly monitoringInterval?: number | undefined;
  readonly stallThreshold?: number | null | undefined;
  readonly autoIntervention?: boolean | undefined;
}

export interface Wanted extends Settings {
  readonly id: string;
  readonly userId: string;
  readonly type: OrchestratorType;
  readonly folderId: string | null;
  readonly sessionId: string | null;
  readonly monitoring: boolean;
  /** `idle` when absent. */
  readonly status?: OrchestratorStatus;
}

/** Seconds. */
export interface Presets {
  readonly monitoringInterval: number;
  readonly stallThreshold: number;
}

export function draft({ type, ...wanted }: Wanted, presets: Pick<Presets, 'monitoringInterval'>, now: number): Kept {
  return {
    ...{ id: wanted.id, userId: wanted.userId, sessionId: wanted.sessionId, type },
    status: wanted.status ?? 'idle',
    folderId: type === 'master' ? null : wanted.folderId,
    customInstructions: wanted.customInstructions ?? null,
    monitoringInterval: wanted.monitoringInterval ?? presets.monitoringInterval,
    stallThreshold: wanted.stallThreshold ?? null,
    autoIntervention: wanted.autoIntervention ?? false,
    monitoring: wanted.monitoring,
    ...{ lastActivityAt: now, createdAt: now, updatedAt: now },
  };
}

/** `folder` is the one it watches, by its name. */
export function shown(
  { folderId, monitoring, ...kept }: Kept,
  folder: string | undefined,
  presets: Pick<Presets, 'stallThreshold'>,
): Orchestrator {
  return {
    ...kept,
    stallThreshold: kept.stallThreshold ?? presets.stallThreshold,
    name: nameOf(kept.type, folder),
    scopeType: folderId === null ? null : 'folder',
    scopeId: folderId,
    isMonitoringActive: isWatching({ monitoring, status: kept.status }),
  };
}

export function nameOf(type: OrchestratorType, folder: string | undefined): string {
  return type === 'master' ? 'Master Control' : `${folder ?? 'Folder'} Control`;
}

export function isWatching({ monitoring, status }: Pick<Kept, 'monitoring' | 'status'>): boolean {
  return monitoring && status !== 'paused';
}

/** Whether a session is in its scope. Orchestrators do not watch each other. */
export function watches(
  { userId, folderId }: Pick<Kept, 'userId' | 'folderId'>,
  session: Pick<Session, 'userId' | 'folderId' | 'isOrchestratorSession'>,
): boolean {
  if (session.isOrchestratorSession || session.userId !== userId) return false;
  return folderId === null || session.folderId === folderId;
}

/** The one nearest to a session that watches now: the folder's before the master. */
export function nearest(
  own: readonly Kept[],
  session: Pick<Session, 'userId' | 'folderId' | 'isOrchestratorSession'>,
): Kept | undefined {
  const watching = own.filter((kept) => isWatching(kept) && watches(kept, session));
  return watching.find(({ folderId }) => folderId !== null) ?? watching[0];
}

/** What goes on of which its status tells. */
export interface Doing {
  /** Its agent has yet to be told its task. */
  readonly bootstrapping: boolean;
  /** It types into a session. */
  readonly typing: boolean;
  /** A session it watches makes no progress. */
  readonly troubled: boolean;
}

/** A paused one does nothing, whatever goes on around it. */
export function statusOf({ status }: Pick<Kept, 'status'>, doing: Doing): OrchestratorStatus {
  if (status === 'paused') return status;
  if (doing.bootstrapping) return 'pending_bootstrap';
  if (doing.typing) return 'acting';
  return doing.troubled ? 'analyzing' : 'idle';
}

/** Undefined when it is paused already. */
export function paused(kept: Kept, now: number): Kept | undefined {
  return kept.status === 'paused' ? undefined : { ...kept, status: 'paused', updatedAt: now };
}

/** It watches again, whatever was before. Undefined when it does. */
export function resumed(kept: Kept, now: number): Kept | undefined {
  if (isWatching(kept)) return undefined;
  return { ...kept, status: kept.status === 'paused' ? 'idle' : kept.status, monitoring: true, updatedAt: now };
}

/** Undefined when it is as wanted. Throws Conflict when a paused one is to watch. */
export function monitored(kept: Kept, monitoring: boolean, now: number): Kept | undefined {
  if (monitoring && kept.status === 'paused') throw pausedError(kept.id);
  return kept.monitoring === monitoring ? undefined : { ...kept, monitoring, updatedAt: now };
}

export function pausedError(id: string): RpcError {
  const said = `Orchestrator ${id} is paused. Let it go on with orchestrator/resume first.`;
  return new RpcError('Conflict', said, { code: 'ORCHESTRATOR_PAUSED' });
}

export type Details = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** With these settings, and which of them are others then; undefined when none is. */
export function configured(
  kept: Kept,
  settings: Settings,
  now: number,
): { readonly next: Kept; readonly details: Details } | undefined {
  const names = ['customInstructions', 'monitoringInterval', 'stallThreshold', 'autoIntervention'] as const;
  const others = names.filter((name) => settings[name] !== undefined && settings[name] !== kept[name]);
  if (others.length === 0) return undefined;
  const changes = Object.fromEntries(others.map((name) => [name, settings[name]]));
  const details = Object.fromEntries(
    others.map((name) => [name, { from: told(kept[name]), to: told(settings[name]) }] as const),
  );
  return { next: { ...kept, ...changes, updatedAt: now }, details };
}

/** For the log, which keeps no long texts. */
function told(value: unknown): unknown {
  return typeof value === 'string' ? `${value.length} characters` : value;
}

/** The master first, then in the order they were made. */
export function inOrder(one: Kept, other: Kept): number {
  return Number(one.folderId !== null) - Number(other.folderId !== null) || one.createdAt - other.createdAt;
}
