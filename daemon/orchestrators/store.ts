/** Where orchestrators are kept: rows in SQLite, read from memory. */
import { type OrchestratorStatus, type OrchestratorType, RpcError } from '#protocol';
import { setIn } from '../db/act.js';
import type { Db } from '../db/open.js';
import type { Kept } from './orchestrator.js';

export interface OrchestratorStore {
  find(id: string): Kept | undefined;
  all(): Iterable<Kept>;
  /** Throws Conflict when the user has a master, or one for the folder. */
  insert(kept: Kept): void;
  save(kept: Kept): void;
  /** Its insights go with it. */
  remove(id: string): void;
}

interface Row {
  id: string;
  user_id: string;
  session_id: string | null;
  type: string;
  status: string;
  folder_id: string | null;
  custom_instructions: string | null;
  monitoring_interval: number;
  stall_threshold: number;
  auto_intervention: number;
  monitoring: number;
  last_activity_at: number;
  created_at: number;
  updated_at: number;
}

export function createOrchestratorStore(db: Db): OrchestratorStore {
  const select = db.prepare<[], Row>('SELECT * FROM orchestrator /* at boot */');
  // The unique indices decide which of two is the one.
  const insertRow = db.prepare<[Row]>(
    `INSERT INTO orchestrator (id, user_id, session_id, type, status, folder_id, custom_instructions, monitoring_interval,
       stall_threshold, auto_intervention, monitoring, last_activity_at, created_at, updated_at)
     VALUES (@id, @user_id, @session_id, @type, @status, @folder_id, @custom_instructions, @monitoring_interval,
       @stall_threshold, @auto_intervention, @monitoring, @last_activity_at, @created_at, @updated_at)
     ON CONFLICT DO NOTHING`,
  );
  const update = db.prepare<[Row]>(
    `UPDATE orchestrator SET session_id = @session_id, status = @status, custom_instructions = @custom_instructions,
       monitoring_interval = @monitoring_interval, stall_threshold = @stall_threshold,
       auto_intervention = @auto_intervention, monitoring = @monitoring, last_activity_at = @last_activity_at,
       updated_at = @updated_at WHERE id = @id`,
  );
  const removeRow = db.prepare<[string]>('DELETE FROM orchestrator WHERE id = ?');
  const byId = new Map(select.all().map((row) => [row.id, fromRow(row)]));

  return {
    find: (id) => byId.get(id),
    all: () => byId.values(),
    insert(kept) {
      if (insertRow.run(toRow(kept)).changes === 0) throw taken(kept);
      setIn(db, byId, kept.id, kept);
    },
    save(kept) {
      update.run(toRow(kept));
      setIn(db, byId, kept.id, kept);
    },
    remove(id) {
      removeRow.run(id);
      setIn(db, byId, id, undefined);
    },
  };
}

function taken({ type, folderId }: Kept): RpcError {
  if (type === 'master') {
    const said = 'There is a master orchestrator already, and there is one only. Find it with orchestrator/list.';
    return new RpcError('Conflict', said, { code: 'MASTER_ORCHESTRATOR_ALREADY_EXISTS' });
  }
  const said = `Folder ${folderId} has an orchestrator already. Find it with orchestrator/ofFolder.`;
  return new RpcError('Conflict', said, { code: 'SUB_ORCHESTRATOR_ALREADY_EXISTS' });
}

function fromRow(row: Row): Kept {
  return {
    id: row.id,
    userId: row.user_id,
    sessionId: row.session_id,
    type: row.type as OrchestratorType,
    status: row.status as OrchestratorStatus,
    folderId: row.folder_id,
    customInstructions: row.custom_instructions,
    monitoringInterval: row.monitoring_interval,
    // Nothing was ever stalled after no time at all.
    stallThreshold: row.stall_threshold || null,
    autoIntervention: row.auto_intervention === 1,
    monitoring: row.monitoring === 1,
    lastActivityAt: row.last_activity_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(kept: Kept): Row {
  return {
    id: kept.id,
    user_id: kept.userId,
    session_id: kept.sessionId,
    type: kept.type,
    status: kept.status,
    folder_id: kept.folderId,
    custom_instructions: kept.customInstructions,
    monitoring_interval: kept.monitoringInterval,
    stall_threshold: kept.stallThreshold ?? 0,
    auto_intervention: Number(kept.autoIntervention),
    monitoring: Number(kept.monitoring),
    last_activity_at: kept.lastActivityAt,
    created_at: kept.createdAt,
    updated_at: kept.updatedAt,
  };
}
