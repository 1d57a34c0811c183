/** Where the webhook may be sent: nobody on the way must be able to read or change it. Pure. */

export type Target = { readonly url: URL } | { readonly refusal: string };

/** Plain HTTP only to this machine, which nobody else's wires lead to. */
export function targetOf(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol))
    return {
      refusal: '`notifications.webhook_url` is no URL. It begins with https://, or is that of a local program.',
    };
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return { refusal: '`notifications.webhook_url` is plain HTTP to another machine. Use https://.' };
  return { url };
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
