/** Addresses of remotes as they may be shown. */

/** Without password, and over HTTP without user and query too, since both may be a token; `git@host:path` stays. */
export function withoutCredentials(url: string): string {
  const [, before, scheme, user, rest] = /^((?:[\w.+-]+::)?([\w.+-]+):\/\/)([^/]*@)?(.*)$/s.exec(url) ?? [];
  if (before === undefined) return url;
  if (/^(https?|ftps?)$/i.test(scheme!)) return before + rest!.replace(/[?#].*$/s, '');
  const name = user?.replace(/:.*@$/s, '@') ?? '';
  return before + name + rest;
}
