/** The version of this build and its day; the bundler writes them in. */
declare const RDV_VERSION: string | undefined;
declare const RDV_BUILT: string | undefined;

export const version: string = typeof RDV_VERSION === 'string' ? RDV_VERSION : '0.0.0-unbundled';
export const built: string = typeof RDV_BUILT === 'string' ? RDV_BUILT : '1970-01-01';
