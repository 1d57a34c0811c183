/** The suites over a whole daemon once more, with programs on its own terminals. */

// Daemons of tests inherit our environment.
process.env.RDV_BACKEND = 'pty';
await import('../terminals/terminals.test.js');
await import('../sessions/whole.test.js');
