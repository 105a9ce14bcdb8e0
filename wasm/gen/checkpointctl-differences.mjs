// SPDX-License-Identifier: Apache-2.0
// Where the commands, under their own name, answer otherwise than checkpointctl on purpose: for docs.html. The numbers
// are those of the tests in checkpointctl's test/checkpointctl.bats (commit 9192f118) that therefore do not pass.

/** What, why, and the tests. @type {readonly (readonly [string, string, string])[]} */
export const DIFFERENCES = [
  [
    'Called without arguments, ckpt prints its help as an error (exit code 2).',
    'A script that lost its arguments should fail.',
    '1',
  ],
  [
    'Exit codes tell why: 2 for a wrong command line, 3 for a file that cannot be read, 1 for what is wrong in it; checkpointctl has 1 for all.',
    'A pipeline must know whether the file or its own call is at fault.',
    '2, 3, 18, 52, 55, 67 to 70, 86',
  ],
  [
    'Messages begin with "ckpt: FILE:" and not with "Error:", and say in which member and where.',
    'Of several files the message tells which one is meant.',
    '4, 8, 11, 14, 15, 27, 30, 32, 34, 36, 40',
  ],
  [
    'An image that a dump should have and has not is told, and the exit code is 1.',
    'Without it something is not known; the archives of these tests were made without such images.',
    '26, 28, 29, 31, 33, 35, 37',
  ],
  [
    'inspect leaves out what is not there: no empty "Image:", "ID:" or "Runtime:", no year 1 for a time that is not set.',
    'An empty value is no fact; these tests count lines.',
    '24, 25, 39, 41, 42, 44, 46, 48 to 50',
  ],
  [
    'An engine that left no sign of itself is "unknown", not "containerd".',
    'Any other answer would be a guess.',
    '10, 47',
  ],
  [
    'diff has the exit code 1 if something differs, and compares different containers, which it says.',
    'As diff and cmp do it.',
    '73, 76 to 79',
  ],
  ['list of a folder that is not there is an error.', 'It was misspelt, most likely.', '62'],
];
