/** Methods that the daemon names in what it says, as the commands that a person types for them. */
import { type MethodName, methods } from '#protocol';

const NAME = /(?<![\w/.`-])([a-z]+)\/([a-z]+(?:[A-Z][a-z]+)*)(?![\w/-])/g;

/** ``folder/list`` becomes `` `rdv folder list` ``; what has no command stays. */
export function spoken(text: string): string {
  return text.replace(NAME, (name, noun: string, verb: string) => {
    const method = Object.hasOwn(methods, name) ? methods[name as MethodName] : undefined;
    if (!(method as { doors?: readonly string[] } | undefined)?.doors?.includes('cli')) return name;
    return `\`rdv ${noun} ${verb.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}\``;
  });
}
