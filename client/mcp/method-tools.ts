/** Every method of the table that has MCP among its doors, as a tool. */
import * as z from 'zod';
import { allMethods, type Method, type MethodName } from '#protocol';
import type { ObjectSchema, Tool } from './tool.js';

export function methodTools(): Tool[] {
  return allMethods.filter(([, { doors }]) => doors?.includes('mcp')).map(([name, method]) => toolOf(name, method));
}

/** `session/list` is `session_list`. */
export const toolName = (name: MethodName): string => name.replace('/', '_');

function toolOf(name: MethodName, method: Method): Tool {
  return {
    name: toolName(name),
    description: method.summary,
    inputSchema: schemaOf(method.params),
    outputSchema: schemaOf(method.result),
    annotations: hintsOf(method),
    async run(args, { link, signal }) {
      return { structured: await link.call(name, args as never, { signal }) };
    },
  };
}

export const hintsOf = ({ effect }: Method) => ({
  readOnlyHint: effect === 'read',
  destructiveHint: effect === 'destroy',
});

/** As input: a client that checks answers must not stumble over a field that a newer daemon adds. */
export function schemaOf(schema: z.ZodObject): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest as ObjectSchema;
}
