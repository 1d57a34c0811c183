/** The methods that tell the configuration, and take over what has changed in its file. */
import type { configurationMethods } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Log } from '../rpc/serve.js';
import type { Configuration, Reloaded } from './configuration.js';

export interface ConfigurationDeps {
  readonly configuration: Configuration;
  readonly log: Log;
}

export function configurationHandlers(deps: ConfigurationDeps): Handlers<typeof configurationMethods> {
  return {
    'config/get': () => deps.configuration.report(),
    'config/reload': () => reload(deps),
  };
}

/** Reads the file again, and notes in the log what came of it. Throws as `Configuration.reload`. */
export function reload({ configuration, log }: ConfigurationDeps): Reloaded {
  const reloaded = configuration.reload();
  const { changed, pending, warnings } = reloaded;
  log({ level: 'info', message: 'the configuration was read again', changed, pending });
  for (const message of warnings) log({ level: 'warn', message });
  return reloaded;
}
