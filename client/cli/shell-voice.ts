/** How a line of `rdv shell --jsonl` speaks: each result as a record on stdout, and at its end one with the exit code. */
import { createVoice, type Told, type Voice } from './output.js';

export interface LineVoice extends Voice {
  /** Says that the line has ended. */
  end(code: number): void;
}

/** Words for people; errors name the line. `number` is absent where the person sees it above. */
export function createTextVoice(number: number | undefined): LineVoice {
  return Object.assign(createVoice(number === undefined ? '' : `line ${number}: `), { end() {} });
}

/** `{line, result}` or, of what is no JSON, `{line, text}`, any number of them; then `{line, exit}`, with `error` if it failed. */
export function createRecordVoice(line: number): LineVoice {
  const { object } = createVoice();
  let error: object | undefined;
  const fail = ({ cause, cure, code, details }: Told) => {
    error = { code, message: cause, cure, ...(hasMore(details) && { details }) };
  };
  return {
    exitCode: 0,
    data: (text) => text && object({ line, text }),
    object: (result) => object({ line, result }),
    fail,
    help: (_text, told) => fail(told),
    end: (exit) => object({ line, exit, ...(error && { error }) }),
  };
}

/** Besides the cure. */
function hasMore(details: unknown): boolean {
  if (typeof details !== 'object' || details === null) return details !== undefined;
  return Object.keys(details).some((name) => name !== 'cure');
}
