/** What Claude shows, for programs that stand for it. */

export const greeting = ['\x1b[2J\x1b[H Claude Code v2.1.0', '', '> fix the tests', '', '● I will look at them.', ''];

const rule = '─'.repeat(78);

/** Its prompt box, as it stands there while it is idle. */
export const box = [rule, '❯ ', rule, '  ? for shortcuts'];
