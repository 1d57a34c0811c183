/** Ports in variables: which another folder has as well, and which is free instead. Pure. */
import type { PortValidation } from '#protocol';

type Variables = Readonly<Record<string, string>>;

export interface Owner {
  readonly folder: { readonly id: string; readonly name: string };
  readonly variables: Variables;
}

const LOWEST = 1024;
const HIGHEST = 65_535;

/** What people run on the usual ports of databases, queues and development servers is not to be stumbled over. */
const usual = [3000, 3001, 5432, 5672, 6379, 8080, 8443, 9200, 27_017];

/** Variables that name a port, with its number. */
export function portsIn(variables: Variables): [name: string, port: number][] {
  return Object.entries(variables)
    .filter(([name, value]) => /^(.+_)?PORT$|^PORT_/.test(name) && /^[1-9]\d{3,4}$/.test(value))
    .map(([name, value]): [string, number] => [name, Number(value)])
    .filter(([, port]) => port >= LOWEST && port <= HIGHEST);
}

/** The conflicts of these variables with those of other folders; no port is suggested twice, none that these have. */
export function validatePorts(variables: Variables, others: readonly Owner[]): PortValidation {
  const owners = new Map<number, { folder: Owner['folder']; name: string }>();
  for (const { folder, variables: theirs } of others) {
    for (const [name, port] of portsIn(theirs)) if (!owners.has(port)) owners.set(port, { folder, name });
  }
  const own = portsIn(variables);
  const taken = new Set([...usual, ...owners.keys(), ...own.map(([, port]) => port)]);
  const conflicts = own.flatMap(([variableName, port]) => {
    const owner = owners.get(port);
    if (!owner) return [];
    const { id, name } = owner.folder;
    const suggestedPort = nextFree(port, taken);
    if (suggestedPort !== null) taken.add(suggestedPort);
    return [
      { port, variableName, conflictingFolder: { id, name }, conflictingVariableName: owner.name, suggestedPort },
    ];
  });
  return { conflicts, hasConflicts: conflicts.length > 0 };
}

function nextFree(after: number, taken: ReadonlySet<number>): number | null {
  for (let port = after + 1; port <= HIGHEST; port++) if (!taken.has(port)) return port;
  return null;
}
