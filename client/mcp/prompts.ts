/** Answers `prompts/list` and `prompts/get`: arguments are checked before anything is said with them. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { GetPromptRequestSchema, ListPromptsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { AgentProvider } from '#protocol';
import { tameLines } from '../clean.js';
import { brief } from './compact.js';
import { type Prompt, type PromptArgument, prompts } from './prompt-texts.js';
import { INVALID_PARAMS, Refused } from './refused.js';

/** Characters of an argument: a description of some length. */
const LONGEST = 4000;

export function servePrompts(server: Server): void {
  const listed = prompts.map(({ text: _, args, ...shown }) => ({
    ...shown,
    arguments: args.map(({ name, description, required }) => ({ name, description, required })),
  }));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: listed }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: given = {} } }) => {
    const prompt = prompts.find((each) => each.name === name);
    if (!prompt) throw invalid(`There is no prompt ${brief(name)}. Call prompts/list for those there are.`);
    const text = prompt.text(checked(prompt, given));
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
  });
}

/** Throws Refused that names every mistake. */
function checked({ name, args }: Prompt, given: Readonly<Record<string, string>>): Record<string, string> {
  const known = args.map((each) => each.name);
  const strange = Object.keys(given).filter((each) => !known.includes(each));
  const mistakes = [
    ...strange.map((each) => `${name} has no argument \`${brief(each, 60)}\`; it has ${known.join(', ')}.`),
    ...args.flatMap((arg) => mistakeIn(arg, given[arg.name]) ?? []),
  ];
  if (mistakes.length > 0) throw invalid(mistakes.join(' '));
  const said = Object.entries(given).map(([key, value]) => [key, tameLines(value).trim()] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== ''));
}

function mistakeIn({ name, required, kind }: PromptArgument, value = ''): string | undefined {
  if (value.trim() === '') return required ? `The argument \`${name}\` is needed.` : undefined;
  if (value.length > LONGEST) return `Expected \`${name}\` to have at most ${LONGEST} characters, got ${value.length}.`;
  if (kind === 'agent' && !AgentProvider.safeParse(value).success)
    return `Expected \`${name}\` to be one of ${AgentProvider.options.join(', ')}, got "${brief(value, 60)}".`;
  if (kind === 'directory' && !value.startsWith('/'))
    return `Expected \`${name}\` to be an absolute path, got "${brief(value, 60)}".`;
  return undefined;
}

const invalid = (message: string) => new Refused(INVALID_PARAMS, message);
