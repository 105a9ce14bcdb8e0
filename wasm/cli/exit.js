// SPDX-License-Identifier: Apache-2.0
// How ckpt ends.

/** Exit codes of all commands. Where several apply, the highest counts. */
export const EXIT = Object.freeze({
  ok: 0,
  findings: 1,
  usage: 2,
  unreadable: 3,
  /** Ctrl-C, as a shell tells of a program that ended so. */
  interrupted: 130,
  /** Nobody reads the output any more: as a program that SIGPIPE ended. */
  brokenPipe: 141,
});

/** For --help, one line each. */
export const EXIT_HELP = [
  [EXIT.ok, 'nothing was found that counts as a failure'],
  [
    EXIT.findings,
    'a problem was found (validate: of the severity --fail-on names, or a worse one; a target of --target does not restore it; the archive is hostile)',
  ],
  [EXIT.usage, 'the command line is wrong; nothing was done'],
  [EXIT.unreadable, 'something could not be read or written; this wins over 1'],
  [EXIT.interrupted, 'interrupted with Ctrl-C'],
];

/** The command line is wrong. */
export class UsageError extends Error {
  /** @param {string} message @param {string} [command] whose --help explains it */
  constructor(message, command = '') {
    super(message);
    this.command = command;
  }
}

/** Something that stops the command, in words for the user. */
export class Failure extends Error {}
