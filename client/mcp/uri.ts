/** The addresses of resources: which there are, and what one names. Pure. */

/** By kind, as RFC 6570 writes them. */
export const forms = {
  sessions: 'rdv://sessions',
  session: 'rdv://sessions/{id}',
  output: 'rdv://sessions/{id}/output',
  folders: 'rdv://folders',
  folder: 'rdv://folders/{id}',
  preferences: 'rdv://preferences',
  insights: 'rdv://orchestrators/{id}/insights',
} as const;

export type ResourceKind = keyof typeof forms;

export interface Address {
  readonly kind: ResourceKind;
  /** Of the session, folder or orchestrator; empty where there is only one such resource. */
  readonly id: string;
}

const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const patterns = Object.entries(forms).map(
  ([kind, form]) => [kind as ResourceKind, new RegExp(`^${form.replace('{id}', `(${ID})`)}$`)] as const,
);

/** Undefined for what no resource can have as its address. */
export function parseUri(uri: string): Address | undefined {
  for (const [kind, pattern] of patterns) {
    const found = pattern.exec(uri);
    if (found) return { kind, id: found[1] ?? '' };
  }
  return undefined;
}

export function uriOf(kind: ResourceKind, id = ''): string {
  return forms[kind].replace('{id}', id);
}
