/** Every method of the table that has MCP among its doors, as a tool. */
import { allMethods, type Method, type MethodName } from '#protocol';
import { toolName } from './failure.js';
import { folderIdOf, orchestratorIdOf, sessionIdOf } from './find.js';
import { cut } from './fitting.js';
import { agreed, ends, spareOwn } from './guard.js';
import { outlineOf, schemaOf } from './schema.js';
import type { Calling, Hints, Tool } from './tool.js';

/** Of an argument, at each end of it. */
const SHOWN = 60;

export function methodTools(): Tool[] {
  return allMethods.filter(([, { doors }]) => doors?.includes('mcp')).map(([name, method]) => toolOf(name, method));
}

function toolOf(name: MethodName, method: Method): Tool {
  return {
    name: toolName(name),
    description: method.summary,
    inputSchema: schemaOf(method.params),
    outputSchema: outlineOf(method.result),
    annotations: hintsOf(name, method),
    async run(args, calling) {
      const params = await meant(method, args, calling);
      await spareOwn(name, method, params, calling);
      if (ends(name, method, params))
        await agreed(calling, `${toolName(name)} ${JSON.stringify(args, shortened)}: ${method.summary}`);
      return { structured: await calling.link.call(name, params as never, { signal: calling.signal }) };
    },
  };
}

/** Whoever is asked sees all of them: a long one hides none, and of a path both ends tell where it is. */
const shortened = (_: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > 2 * SHOWN
    ? `${cut(value, SHOWN)}${cut(value, SHOWN, 'end').slice(1)}`
    : value;

const hintsOf = (name: MethodName, { effect, scope }: Method): Hints => ({
  readOnlyHint: effect === 'read',
  // One of its states is closed.
  destructiveHint: effect === 'destroy' || scope === 'terminal:write' || name === 'session/update',
  openWorldHint: scope === 'terminal:write',
});

const finders = { session: sessionIdOf, folder: folderIdOf, orchestrator: orchestratorIdOf } as const;

/** The parameters that name things take shortened ids and names, as the tools made by hand do. */
async function meant(method: Method, args: Readonly<Record<string, unknown>>, calling: Calling) {
  const params: Record<string, unknown> = { ...args };
  for (const [noun, find] of Object.entries(finders)) {
    for (const field of method.concerns?.[noun as keyof typeof finders] ?? []) {
      const given = args[field];
      if (typeof given === 'string') params[field] = await find(calling, given);
      if (Array.isArray(given)) params[field] = await Promise.all(given.map((each) => find(calling, String(each))));
    }
  }
  return params;
}
