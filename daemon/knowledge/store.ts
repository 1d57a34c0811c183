/** Where knowledge is kept: one row a folder and one an item, gone with the folder. */
import { randomUUID } from 'node:crypto';
import type { Knowledge, KnowledgeKind, KnowledgeMetadata } from '#protocol';
import type { Db } from '../db/open.js';
import { type Added, bounds, type Item, likeness, nothingKnown, surer, surplus, type Weight } from './knowledge.js';

export interface KnowledgeStore {
  find(folderId: string): Knowledge | undefined;
  agentPerformance(folderId: string): Record<string, unknown>;
  /** The surest first, of those the newest. */
  items(folderId: string): Item[];
  /** Inserts or replaces what is known of the folder, but for its items. */
  save(knowledge: Knowledge): void;
  /**
   * Adds an item, or makes the same one surer; returns its id. What the item says is taken over, unless `keepWords`. When the
   * folder has too much the least certain go. In one commit.
   */
  add(folderId: string, added: Added, options: { readonly now: number; readonly keepWords?: boolean }): string;
  /** Several, in one commit. */
  addAll(
    folderId: string,
    added: readonly Added[],
    options: { readonly now: number; readonly keepWords?: boolean },
  ): void;
  /** Whether there was such an item. */
  forgetItem(folderId: string, itemId: string, now: number): boolean;
  /** How many items there were. */
  forget(folderId: string): number;
}

interface Row {
  folder_id: string;
  tech_stack: string;
  metadata: string;
  agent_performance: string;
  last_scanned_at: number | null;
  created_at: number;
  updated_at: number;
}

interface ItemRow {
  id: string;
  kind: string;
  confidence: number;
  item: string;
  created_at: number;
  updated_at: number;
}

export function createKnowledgeStore(db: Db, most: { items: number; bytes: number } = bounds): KnowledgeStore {
  const select = db.prepare<[string], Row>('SELECT * FROM knowledge WHERE folder_id = ?');
  const upsert = db.prepare<[Omit<Row, 'agent_performance'>]>(
    `INSERT INTO knowledge (folder_id, tech_stack, metadata, agent_performance, last_scanned_at, created_at, updated_at)
     VALUES (@folder_id, @tech_stack, @metadata, '{}', @last_scanned_at, @created_at, @updated_at)
     ON CONFLICT (folder_id) DO UPDATE SET tech_stack = excluded.tech_stack, metadata = excluded.metadata,
       last_scanned_at = excluded.last_scanned_at, updated_at = excluded.updated_at`,
  );
  const remove = db.prepare<[string]>('DELETE FROM knowledge WHERE folder_id = ?');
  const selectItems = db.prepare<[string], ItemRow>(
    `SELECT id, kind, confidence, item, created_at, updated_at FROM knowledge_item WHERE folder_id = ?
     ORDER BY confidence DESC, updated_at DESC, id`,
  );
  const selectLike = db.prepare<[string, string, string], ItemRow>(
    `SELECT id, kind, confidence, item, created_at, updated_at FROM knowledge_item
     WHERE folder_id = ? AND kind = ? AND likeness = ?`,
  );
  const insertItem = db.prepare(
    `INSERT INTO knowledge_item (id, folder_id, kind, likeness, confidence, item, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateItem = db.prepare('UPDATE knowledge_item SET confidence = ?, item = ?, updated_at = ? WHERE id = ?');
  const removeItem = db.prepare<[string, string]>('DELETE FROM knowledge_item WHERE id = ? AND folder_id = ?');
  const removeItems = db.prepare<[string]>('DELETE FROM knowledge_item WHERE folder_id = ?');
  const measure = db.prepare<[string], { items: number; bytes: number | null }>(
    'SELECT COUNT(*) AS items, SUM(LENGTH(CAST(item AS BLOB))) AS bytes FROM knowledge_item WHERE folder_id = ?',
  );
  const weigh = db.prepare<[string], Weight>(
    `SELECT id, LENGTH(CAST(item AS BLOB)) AS bytes FROM knowledge_item WHERE folder_id = ?
     ORDER BY confidence DESC, updated_at DESC, id`,
  );

  const find = (folderId: string): Knowledge | undefined => {
    const row = select.get(folderId);
    return row && fromRow(row);
  };
  const save = (knowledge: Knowledge) => void upsert.run(toRow(knowledge));

  /** The folder's row, made when it is not there: without one nothing is known. */
  const touch = (folderId: string, now: number) =>
    save({ ...(find(folderId) ?? nothingKnown(folderId, now)), updatedAt: now });

  const shrink = (folderId: string, kept: string) => {
    const { items, bytes } = measure.get(folderId)!;
    if (items <= most.items && (bytes ?? 0) <= most.bytes) return;
    for (const id of surplus(weigh.all(folderId), kept, most)) removeItem.run(id, folderId);
  };

  const add = db.transaction<KnowledgeStore['add']>((folderId, added, { now, keepWords = false }) => {
    touch(folderId, now);
    const like = likeness(added);
    const known = selectLike.get(folderId, added.kind, like);
    const id = known?.id ?? randomUUID();
    const item = known && keepWords ? known.item : JSON.stringify(added.fields);
    if (known) updateItem.run(surer(known.confidence, added.confidence), item, now, id);
    else insertItem.run(id, folderId, added.kind, like, added.confidence, item, now, now);
    shrink(folderId, id);
    return id;
  });

  return {
    find,
    agentPerformance: (folderId) => JSON.parse(select.get(folderId)?.agent_performance ?? '{}'),
    items: (folderId) => selectItems.all(folderId).map(fromItemRow),
    save,
    add,
    addAll: db.transaction<KnowledgeStore['addAll']>((folderId, all, options) => {
      for (const added of all) add(folderId, added, options);
    }),
    forgetItem: db.transaction<KnowledgeStore['forgetItem']>((folderId, itemId, now) => {
      const { changes } = removeItem.run(itemId, folderId);
      if (changes > 0) touch(folderId, now);
      return changes > 0;
    }),
    forget: db.transaction<KnowledgeStore['forget']>((folderId) => {
      remove.run(folderId);
      return removeItems.run(folderId).changes;
    }),
  };
}

function fromRow(row: Row): Knowledge {
  return {
    folderId: row.folder_id,
    techStack: JSON.parse(row.tech_stack) as string[],
    metadata: JSON.parse(row.metadata) as KnowledgeMetadata,
    lastScannedAt: row.last_scanned_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(knowledge: Knowledge): Omit<Row, 'agent_performance'> {
  return {
    folder_id: knowledge.folderId,
    tech_stack: JSON.stringify(knowledge.techStack),
    metadata: JSON.stringify(knowledge.metadata),
    last_scanned_at: knowledge.lastScannedAt,
    created_at: knowledge.createdAt,
    updated_at: knowledge.updatedAt,
  };
}

function fromItemRow({ id, kind, confidence, item, created_at, updated_at }: ItemRow): Item {
  const fields = JSON.parse(item) as object;
  const kept = { id, ...fields, confidence, createdAt: created_at, updatedAt: updated_at };
  return { kind: kind as KnowledgeKind, item: kept } as Item;
}
