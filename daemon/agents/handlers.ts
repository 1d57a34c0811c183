/** The methods about what agents are doing. */
import type { Agent, agentMethods, Session } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import { sees } from '../rpc/reached.js';
import { type Places, windowOf } from '../sessions/places.js';
import { listedByDefault } from '../sessions/session.js';
import type { SessionStore } from '../sessions/store.js';
import type { Agents } from './agents.js';
import { bottomOf } from './layout.js';
import { agentOf } from './wire.js';

export interface AgentHandlersDeps {
  readonly agents: Agents;
  readonly store: Pick<SessionStore, 'get' | 'list'>;
  readonly places: Places;
}

export function agentHandlers({ agents, store, places }: AgentHandlersDeps): Handlers<typeof agentMethods> {
  const told = (session: Session): Agent => agentOf(session, agents.find(session.id), agents.cause(session.id));

  return {
    async 'agent/get'({ sessionId }, { user }) {
      const session = store.get(user, sessionId);
      windowOf(places, session);
      if (!agents.find(sessionId)) await agents.look(sessionId);
      return told(store.get(user, sessionId));
    },

    'agent/list'({ folderId, states }, { user, identity: { reach } }) {
      const listed = store.list(user, listedByDefault, folderId).filter(({ id }) => sees(reach, id));
      const all = listed.map(told);
      return { agents: all.filter(({ state }) => !states || states.includes(state)) };
    },

    async 'agent/explain'({ sessionId, limit }, { user }) {
      windowOf(places, store.get(user, sessionId));
      const look = await agents.look(sessionId);
      return {
        agent: told(store.get(user, sessionId)),
        screen: bottomOf(look.grid.lines),
        transitions: agents.history(sessionId, limit),
        ignoredReports: look.dropped,
      };
    },

    'agent/report'(report, { user }) {
      windowOf(places, store.get(user, report.sessionId));
      return { success: true, counted: agents.report(report) };
    },
  };
}
