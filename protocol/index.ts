/** The whole protocol: one table of methods, one of notifications, and the types read off them. */
import type * as z from 'zod';
import { agentMethods, agentNotifications } from './agents.js';
import { auditMethods } from './audit.js';
import { configurationMethods } from './configuration.js';
import { daemonMethods, daemonNotifications } from './daemon.js';
import type { Method, Notification } from './define.js';
import { drivingMethods } from './driving.js';
import { eventMethods } from './events.js';
import { folderMethods, folderNotifications } from './folders.js';
import { hookMethods } from './hooks.js';
import { injectionMethods, injectionNotifications } from './injection.js';
import { insightMethods, insightNotifications } from './insights.js';
import { knowledgeMethods } from './knowledge.js';
import { lifecycleMethods, lifecycleNotifications } from './lifecycle.js';
import { messageMethods, messageNotifications } from './messages.js';
import { metricsMethods } from './metrics.js';
import { monitoringMethods } from './monitoring.js';
import { notificationMethods, notificationNotifications } from './notifications.js';
import { orchestratorMethods, orchestratorNotifications } from './orchestrators.js';
import { preferenceMethods, preferenceNotifications } from './preferences.js';
import { projectMethods, projectNotifications } from './projects.js';
import { readingMethods } from './reading.js';
import { recordingMethods } from './recordings.js';
import { removalMethods, removalNotifications } from './removal.js';
import { runMethods } from './runs.js';
import { sessionMethods, sessionNotifications } from './sessions.js';
import { stallMethods, stallNotifications } from './stalls.js';
import { terminalMethods, terminalNotifications } from './terminals.js';
import { tmuxMethods } from './tmux.js';
import { tokenMethods, tokenNotifications } from './tokens.js';
import { cleanupMethods, trashMethods, trashNotifications } from './trash.js';
import { worktreeMethods, worktreeNotifications } from './worktrees.js';

export const methods = {
  ...lifecycleMethods,
  ...daemonMethods,
  ...configurationMethods,
  ...sessionMethods,
  ...drivingMethods,
  ...runMethods,
  ...tmuxMethods,
  ...terminalMethods,
  ...readingMethods,
  ...recordingMethods,
  ...folderMethods,
  ...preferenceMethods,
  ...projectMethods,
  ...knowledgeMethods,
  ...agentMethods,
  ...stallMethods,
  ...injectionMethods,
  ...orchestratorMethods,
  ...monitoringMethods,
  ...insightMethods,
  ...hookMethods,
  ...messageMethods,
  ...notificationMethods,
  ...eventMethods,
  ...cleanupMethods,
  ...worktreeMethods,
  ...removalMethods,
  ...trashMethods,
  ...tokenMethods,
  ...auditMethods,
  ...metricsMethods,
} satisfies Record<string, Method<any, any>>;

export const notifications = {
  ...lifecycleNotifications,
  ...daemonNotifications,
  ...sessionNotifications,
  ...terminalNotifications,
  ...folderNotifications,
  ...preferenceNotifications,
  ...worktreeNotifications,
  ...removalNotifications,
  ...trashNotifications,
  ...agentNotifications,
  ...stallNotifications,
  ...injectionNotifications,
  ...orchestratorNotifications,
  ...insightNotifications,
  ...messageNotifications,
  ...notificationNotifications,
  ...projectNotifications,
  ...tokenNotifications,
} satisfies Record<string, Notification<any>>;

export type Methods = typeof methods;
export type MethodName = keyof Methods;
/** What a caller sends: defaults may be left out. */
export type Params<M extends MethodName> = z.input<Methods[M]['params']>;
/** What a handler gets: checked, defaults filled in. */
export type Parsed<M extends MethodName> = z.output<Methods[M]['params']>;
export type Result<M extends MethodName> = z.output<Methods[M]['result']>;

export type Notifications = typeof notifications;
export type NotificationName = keyof Notifications;
export type Told<N extends NotificationName> = z.output<Notifications[N]['params']>;
/** Names of notifications that are journalled and sent to subscribers. */
export type EventName = {
  [N in NotificationName]: Notifications[N]['delivery'] extends 'event' ? N : never;
}[NotificationName];

/** The tables, for code that walks them without caring which entry it meets. */
export const allMethods = Object.entries(methods) as [MethodName, Method][];
export const allNotifications = Object.entries(notifications) as [NotificationName, Notification][];

export * from './agents.js';
export * from './audit.js';
export * from './configuration.js';
export * from './daemon.js';
export * from './define.js';
export * from './driving.js';
export * from './errors.js';
export * from './events.js';
export * from './folders.js';
export * from './hooks.js';
export * from './injection.js';
export * from './insights.js';
export * from './knowledge.js';
export * from './lifecycle.js';
export * from './messages.js';
export * from './metrics.js';
export * from './monitoring.js';
export * from './notifications.js';
export * from './orchestrators.js';
export * from './preferences.js';
export * from './projects.js';
export * from './reading.js';
export * from './recordings.js';
export * from './removal.js';
export * from './runs.js';
export * from './scopes.js';
export * from './session.js';
export * from './sessions.js';
export * from './stalls.js';
export * from './terminals.js';
export * from './tmux.js';
export * from './tokens.js';
export * from './trash.js';
export { DISABLED, MAX_VARIABLES } from './variables.js';
export * from './version.js';
export * from './worktrees.js';
