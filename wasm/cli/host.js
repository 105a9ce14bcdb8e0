// SPDX-License-Identifier: Apache-2.0
// ckpt host
import { EXIT } from './exit.js';
import { HOST_SCRIPT } from './host-script.js';

/** @type {import('./options.js').Command} */
export const host = {
  name: 'host',
  summary: 'print a shell script that tells what a host is, for "ckpt validate --host"',
  operands: '',
  count: [0, 0],
  details: [
    'Run the script on the host that is to restore a checkpoint; it needs no root and changes nothing. What it prints says which kernel, processor, CRIU, security modules, graphics processors, engines, runtimes and images the host has: dist/schema/host.schema.json describes it. As root it also runs "criu check" and reads the profiles of AppArmor.',
    'Paths given to the script are looked for, such as those that a checkpoint needs to be mounted.',
  ],
  options: [],
  examples: [
    'ckpt host | sh > node.json',
    'ckpt host | ssh node sudo sh -s - /srv/data > node.json',
    'ckpt validate --host node.json checkpoint.tar',
  ],

  async run({ stdout }) {
    await stdout.write(HOST_SCRIPT);
    return EXIT.ok;
  },
};
