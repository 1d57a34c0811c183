/** Which tools a client is shown: the sixteen, those it names, or all; and of these only what looks. */
import { RpcError } from '#protocol/errors';
import { nearest } from '#protocol/nearest';
import { sessionClose, sessionRename, sessionResume, sessionSuspend } from './change-tools.js';
import { sessionCreate } from './create-tool.js';
import { eventsSince } from './events-tool.js';
import { methodTools } from './method-tools.js';
import { folderList, worktreeList } from './place-tools.js';
import { terminalRead, terminalSearch } from './read-tools.js';
import { terminalRun } from './run-tool.js';
import { terminalSend } from './send-tool.js';
import { sessionGet, sessionList } from './session-tools.js';
import { agentStatus } from './status-tool.js';
import type { Tool } from './tool.js';
import { terminalWait } from './wait-tool.js';

export const defaultTools: readonly Tool[] = [
  sessionList,
  sessionGet,
  sessionCreate,
  terminalRun,
  terminalSend,
  terminalRead,
  terminalWait,
  terminalSearch,
  sessionSuspend,
  sessionResume,
  sessionRename,
  sessionClose,
  agentStatus,
  eventsSince,
  folderList,
  worktreeList,
];

export interface Choice {
  /** Every method with MCP among its doors, too. */
  readonly all?: boolean | undefined;
  /** Only these, of all there are. */
  readonly tools?: readonly string[] | undefined;
  readonly readOnly?: boolean | undefined;
}

/** Throws InvalidParams for a name that is none, or one that `readOnly` forbids. */
export function chooseTools({ all = false, tools: names, readOnly = false }: Choice): readonly Tool[] {
  const chosen = names ? [...new Set(names)].map(namedTool) : all ? allTools() : defaultTools;
  const writes = chosen.find((tool) => !looksOnly(tool));
  if (names && readOnly && writes) throw new RpcError('InvalidParams', `The tool ${writes.name} does not only read.`);
  return readOnly ? chosen.filter(looksOnly) : chosen;
}

const looksOnly = ({ annotations }: Tool): boolean => annotations.readOnlyHint === true;

let made: readonly Tool[] | undefined;

/** A tool made by hand stands for the method of its name. */
function allTools(): readonly Tool[] {
  const names = new Set(defaultTools.map(({ name }) => name));
  made ??= [...defaultTools, ...methodTools().filter(({ name }) => !names.has(name))];
  return made;
}

function namedTool(name: string): Tool {
  const found = defaultTools.find((tool) => tool.name === name) ?? allTools().find((tool) => tool.name === name);
  if (found) return found;
  const near = nearest(
    allTools().map((tool) => tool.name),
    name,
  );
  const hint = near === undefined ? 'Tools are named like session_list.' : `Did you mean ${near}?`;
  throw new RpcError('InvalidParams', `There is no tool "${name}". ${hint}`);
}
