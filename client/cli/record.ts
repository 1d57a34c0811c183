/** `rdv record`: starts, stops and shows the recording of a session. */
import type { Context } from './context.js';
import { findSession } from './resolve.js';
import { clean } from './text.js';

export interface RecordFlags {
  readonly stop?: boolean;
  readonly status?: boolean;
}

/** The path of the file goes to stdout. */
export async function record(context: Context, given: string, { stop, status }: RecordFlags): Promise<void> {
  const { call, output } = context;
  const { id, name } = await findSession(call, given);
  const action = stop ? 'stop' : status ? 'status' : 'start';
  const result = await call('session/record', { id, action });
  if (output.json) return output.object(result);
  const { recording } = result;
  if (!recording) return output.note(`"${clean(name)}" has not been recorded since the daemon started.`);
  output.data(`${recording.path}\n`);
  if (action === 'start')
    return output.note(`Recording "${clean(name)}"; \`rdv record ${id.slice(0, 8)} --stop\` ends it.`);
  output.note(`${recording.bytes} bytes, ${recording.active ? 'going on' : (recording.ended ?? 'ended')}.`);
}
