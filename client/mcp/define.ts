/** A tool made by hand: its arguments and its answer are described once, and checked by that. */
import type * as z from 'zod';
import { checked } from './arguments.js';
import { briefSchemaOf, schemaOf } from './schema.js';
import type { Calling, Hints, Tool } from './tool.js';

export interface Definition<I extends z.ZodObject, O extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly hints: Hints;
  run(args: z.output<I>, calling: Calling): Promise<{ readonly structured: z.input<O>; readonly text: string }>;
}

export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(definition: Definition<I, O>): Tool {
  const { name, description, input, output, hints, run } = definition;
  return {
    name,
    description,
    inputSchema: schemaOf(input),
    outputSchema: briefSchemaOf(output),
    annotations: hints,
    run: async (args, calling) => run(checked(input, args), calling),
  };
}

/** Looks, and changes nothing. */
export const looks: Hints = { readOnlyHint: true, openWorldHint: false };
/** Changes something, and nothing is lost by it. */
export const changes: Hints = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };
/** As `changes`; the same again changes nothing more. */
export const settles: Hints = { ...changes, idempotentHint: true };
/** Runs what it is told: nobody knows what that does. */
export const acts: Hints = { readOnlyHint: false, destructiveHint: true, openWorldHint: true };
