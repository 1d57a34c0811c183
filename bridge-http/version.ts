/** The version of this build; the bundler writes it in from package.json. */
declare const RDV_VERSION: string | undefined;

export const version: string = typeof RDV_VERSION === 'string' ? RDV_VERSION : '0.0.0-unbundled';
