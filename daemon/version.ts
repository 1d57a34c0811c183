/** The version of this build. */

declare const RDV_VERSION: string | undefined;

/** Put in by the bundler from package.json; `0.0.0` when run unbundled. */
export const VERSION: string = typeof RDV_VERSION === 'undefined' ? '0.0.0' : RDV_VERSION;
