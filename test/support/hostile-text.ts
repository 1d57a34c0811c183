/** Texts that try to end a paste, to press keys, or to mean something to tmux. */
import fc from 'fast-check';

const parts = [
  ...['\x1b', '\x1b[', '\x9b', '201~', '\x1b]', '\x07', '\x1b\\', '\x1bP', '\r', '\n', '\t', 'O', ';', '0'],
  ...['\x1b[200~', '\x1b[201~', '\x1b[20', '1~', '\x03', '\x04', '\x7f', '\x85', '\ud83d', '\ude00', '\x9c'],
  ...[
    "'",
    '"',
    '\\',
    '#{pane_id}',
    '#(id)',
    '$HOME',
    '~',
    '%1',
    '{',
    '}',
    ' ; kill-server',
    '-',
    '--',
    '\0',
    '😀',
    'é',
  ],
];

export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...parts),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));
