// SPDX-License-Identifier: Apache-2.0
// ckpt host
import { EXIT } from './exit.js';
import { HOST_SCRIPT } from './host-script.js';
import { Session, refuseNoArchive, refuseSecondInput } from './open.js';
import { NO_PROGRESS } from './progress.js';

/** A text as one word of a shell. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The files that decide the verdict on a checkpoint, as the script takes them.
 * @param {import('./options.js').Context} context @param {import('./open.js').Checkpoint} checkpoint
 * @returns {Promise<string[]>}
 */
async function filesOf(context, checkpoint) {
  const core = await context.core();
  const report = await core.validate(checkpoint, { host: { version: 1 } });
  const asked = [report, ...(report.containers ?? [])].flatMap(({ targets }) =>
    targets.flatMap((/** @type {any} */ { conditions }) =>
      conditions.map((/** @type {any} */ { ask }) => ask),
    ),
  );
  // What a terminal or a program would take for something else is left out.
  return asked.filter((/** @type {string} */ ask) => /^[/0-9a-z]\P{Cc}*$/iu.test(ask));
}

/** @type {import('./options.js').Command} */
export const host = {
  name: 'host',
  summary: 'print a shell script that tells what a host is, for "ckpt validate --host"',
  operands: '[FILE|FILE!NAME...]',
  count: [0, Infinity],
  details: [
    'Run the script on the host that is to restore a checkpoint; it needs no root and changes nothing. What it prints says which kernel, processor, CRIU, security modules, graphics processors, engines, runtimes and images the host has: dist/schema/host.schema.json describes it. As root it also runs "criu check" and reads the profiles of AppArmor.',
    'With checkpoints (FILE) the script also looks for the files that their verdicts depend on: what was mounted, and what the processes had open there or in the base image; of each it tells mode, size and build id, which CRIU compares. Files of images are looked up by Podman, as root.',
    'Other paths may be given to the script as arguments.',
  ],
  options: [NO_PROGRESS],
  examples: [
    'ckpt host | sh > node.json',
    'ckpt host checkpoint.tar | ssh node sudo sh > node.json',
    'ckpt host | ssh node sudo sh -s - /srv/data > node.json',
    'ckpt validate --host node.json checkpoint.tar',
  ],

  async run(context) {
    refuseSecondInput(context);
    const files = new Set();
    const session = new Session(context, { again: true });
    for (const path of context.operands)
      await session.open(path, async (checkpoint) => {
        refuseNoArchive(checkpoint);
        for (const file of await filesOf(context, checkpoint)) files.add(file);
      });
    // A script that does not look for all files would leave questions open, and nobody would know why.
    if (session.code !== EXIT.ok) return session.code;
    const start = HOST_SCRIPT.indexOf('\nexport ');
    const set = files.size === 0 ? '' : `\nset -- "$@" ${[...files].map(quoted).join(' ')}`;
    await context.stdout.write(HOST_SCRIPT.slice(0, start) + set + HOST_SCRIPT.slice(start));
    return EXIT.ok;
  },
};
