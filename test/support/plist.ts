/** Reads a property list as strictly as launchd does: known elements alone, in their places, each closed. */

export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

const HEAD =
  /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE plist PUBLIC "-\/\/Apple\/\/DTD PLIST 1\.0\/\/EN" "http:\/\/www\.apple\.com\/DTDs\/PropertyList-1\.0\.dtd">\n/;

/** Throws for what is no property list. */
export function parsePlist(text: string): Value {
  const head = HEAD.exec(text);
  if (!head) throw new Error('It does not begin as a property list.');
  const comments = /<!--(?:[^-]|-[^-])*-->/g;
  const tokens =
    text
      .slice(head[0].length)
      .replace(comments, '')
      .match(/<[^<>]+>|[^<>]+|[<>]/g) ?? [];
  let at = 0;
  const skip = () => {
    while (/^\s+$/.test(tokens[at] ?? '')) at++;
  };
  const take = (wanted: string | RegExp): string => {
    const token = tokens[at++] ?? 'the end';
    const fits = typeof wanted === 'string' ? token === wanted : wanted.test(token);
    if (!fits) throw new Error(`Expected ${wanted}, got ${token}.`);
    return token;
  };
  const content = (tag: string): string => {
    take(`<${tag}>`);
    const inside = tokens[at] === `</${tag}>` ? '' : take(/^[^<>]+$/);
    take(`</${tag}>`);
    if (/&(?!(lt|gt|amp|quot|apos);)/.test(inside)) throw new Error(`A bare & in ${inside}.`);
    if (/[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(inside)) throw new Error(`A control character in ${inside}.`);
    return inside.replace(/&(lt|gt|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', amp: '&' })[name]!);
  };
  const value = (): Value => {
    skip();
    const [, tag = ''] = /^<(\w+)\/?>$/.exec(tokens[at] ?? '') ?? [];
    if (tag === 'true' || tag === 'false') return take(`<${tag}/>`) === '<true/>';
    if (tag === 'string') return content('string');
    if (tag === 'integer') return Number(/^\d+$/.exec(content('integer'))![0]);
    take(tag === 'array' ? '<array>' : '<dict>');
    const items: Value[] = [];
    const entries: Record<string, Value> = {};
    for (skip(); tokens[at] !== `</${tag}>`; skip()) {
      if (tag === 'array') items.push(value());
      else {
        const key = content('key');
        if (key in entries) throw new Error(`${key} stands there twice.`);
        entries[key] = value();
      }
    }
    take(`</${tag}>`);
    return tag === 'array' ? items : entries;
  };
  skip();
  take('<plist version="1.0">');
  const root = value();
  skip();
  take('</plist>');
  skip();
  if (at !== tokens.length) throw new Error(`Something follows: ${tokens[at]}`);
  return root;
}
