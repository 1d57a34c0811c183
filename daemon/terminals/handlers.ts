/** The terminal methods: open a stream, type, resize, acknowledge, close. */
import { stream as limits, type Parsed, type Result, RpcError, type Session, type terminalMethods } from '#protocol';
import type { Backend } from '../backend/index.js';
import { need } from '../rpc/access.js';
import type { Caller, Handlers } from '../rpc/handlers.js';
import type { Hands } from '../sessions/hands.js';
import type { Places } from '../sessions/places.js';
import type { SessionStore } from '../sessions/store.js';
import type { Place } from './cut.js';
import type { Size } from './lease.js';
import { stand } from './moving.js';
import type { Sizes } from './sizes.js';
import type { OpenViewer, Terminals } from './terminals.js';

export interface TerminalDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly terminals: Terminals;
  readonly sizes: Sizes;
  readonly hands: Pick<Hands, 'typed'>;
  readonly backend: Backend;
}

export function terminalHandlers(deps: TerminalDeps): Handlers<typeof terminalMethods> {
  const { store, places, terminals, sizes, backend } = deps;

  /** The viewer, if it may change what the session does. */
  const writer = (caller: Caller, streamId: string): OpenViewer => {
    const viewer = terminals.get(caller.peer, streamId);
    if (viewer.mode === 'rw') return viewer;
    throw new RpcError('Forbidden', 'This stream was opened read-only. Open one with mode "rw" to type or resize.');
  };

  return {
    async 'terminal/open'(params, caller) {
      if (params.mode === 'rw') need('terminal/open with mode "rw"', 'terminal:write', caller.identity);
      const session = openable(store.get(caller.user, params.sessionId));
      const place = places.get(session.id);
      const size = sizeIn(params);
      checkResume(terminals.stream(place.pane).here(), params);
      const viewer = terminals.open(caller.peer, { sessionId: session.id, pane: place.pane }, params);
      try {
        // A viewer that comes back on its own takes nothing from those who are here.
        const view = await sizes.join(viewer, size, params.focus ?? params.resume === undefined);
        const result = { ...(await begin(terminals, viewer, params)), ...view };
        if (!terminals.isOpen(viewer)) throw ended(openable(store.get(caller.user, session.id)));
        // After the answer is on its way, so that no output can overtake it.
        setImmediate(() => terminals.begin(viewer, result.epoch));
        return result;
      } catch (error) {
        terminals.close(viewer);
        throw error;
      }
    },

    async 'terminal/input'({ streamId, data }, caller) {
      const viewer = writer(caller, streamId);
      const bytes = Buffer.from(data, 'base64');
      if (bytes.length > limits.inputBytes)
        throw new RpcError('TooLarge', `Input is ${bytes.length} bytes; at most ${limits.inputBytes} go in one call.`);
      sizes.typed(viewer);
      deps.hands.typed(viewer.sessionId);
      await backend.type(viewer.pane, bytes);
      return { success: true };
    },

    'terminal/resize': ({ streamId, ...size }, caller) => sizes.resize(writer(caller, streamId), size),

    'terminal/focus': ({ streamId }, caller) => sizes.focus(writer(caller, streamId)),

    'terminal/ack'({ streamId, offset }, caller) {
      const viewer = terminals.get(caller.peer, streamId);
      if (offset > viewer.sent) {
        throw new RpcError(
          'InvalidParams',
          `Expected \`offset\` to be at most ${viewer.sent}, the last byte sent, got ${offset}.`,
        );
      }
      viewer.acked = Math.max(viewer.acked, offset);
      terminals.stream(viewer.pane).push(viewer);
      return { success: true };
    },

    'terminal/close'({ streamId }, caller) {
      terminals.close(terminals.get(caller.peer, streamId));
      return { success: true };
    },
  };
}

function openable(session: Session): Session {
  if (session.status === 'active') return session;
  const cure = session.status === 'suspended' ? 'Resume it first.' : 'Its window is gone.';
  throw new RpcError('Conflict', `Session ${session.id} is ${session.status}. ${cure}`, { code: 'SESSION_NOT_ACTIVE' });
}

/** Its session was suspended and is active again, or all streams are ended because the daemon stops. */
const ended = ({ id }: Session) =>
  new RpcError('Unavailable', `The streams of session ${id} were ended just now. Open another in a moment.`);

/** The size a viewer comes with; one that may not type has none. Throws InvalidParams for half a size. */
function sizeIn({ mode, cols, rows }: Parsed<'terminal/open'>): Size | undefined {
  if ((cols === undefined) !== (rows === undefined)) {
    const [given, missing] = cols === undefined ? ['rows', 'cols'] : ['cols', 'rows'];
    throw new RpcError('InvalidParams', `Expected \`${missing}\` with \`${given}\`, got none.`);
  }
  return mode === 'ro' || cols === undefined || rows === undefined ? undefined : { cols, rows };
}

/** Before anything changes. A place in another epoch is no mistake: the viewer could not know that it is over. */
function checkResume(here: Place, { resume }: Parsed<'terminal/open'>): void {
  if (resume?.epoch !== here.epoch || resume.offset <= here.offset) return;
  throw new RpcError(
    'InvalidParams',
    `Expected \`resume.offset\` to be at most ${here.offset}, got ${resume.offset}: that byte is not printed yet.`,
  );
}

/** Where the viewer starts: at the place it asks for while that is held, else at a fresh snapshot. */
async function begin(
  terminals: Terminals,
  viewer: OpenViewer,
  params: Parsed<'terminal/open'>,
): Promise<Omit<Result<'terminal/open'>, 'cols' | 'rows' | 'owner'>> {
  const stream = terminals.stream(viewer.pane);
  const { resume, scrollback } = params;
  const { streamId } = viewer;
  if (resume && stream.holds(resume.epoch, resume.offset)) {
    stand(viewer, resume.offset);
    return { streamId, ...resume, resumed: true };
  }
  const { epoch, offset, data, cols, rows } = await stream.snapshot(scrollback);
  stand(viewer, offset);
  return { streamId, epoch, offset, resumed: false, snapshot: { data, cols, rows } };
}
