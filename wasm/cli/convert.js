// SPDX-License-Identifier: Apache-2.0
// ckpt convert
import { escapeForTerminal } from '../report/escape.js';
import { ConversionError, DIALECTS, convertedImages } from '../api/convert.js';
import { layersOf } from '../api/redact-layers.js';
import { redacted } from '../api/redact-write.js';
import { COMPRESS } from './build.js';
import { NewFile, refuseInput } from './new-file.js';
import { Session, Unfit } from './open.js';
import { listOf } from './options.js';
import { compressionFor, packInto } from './pack.js';
import { NO_PROGRESS } from './progress.js';

/** @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint */

const WHOLE = ['archive', 'directory', 'oci-layout', 'docker-archive', 'criu-directory'];

/** @param {string[]} given "OLD:NEW" @param {(message: string) => Error} fail @returns {Map<number, number> | undefined} */
function portsOf(given, fail) {
  if (given.length === 0) return undefined;
  /** @type {Map<number, number>} */
  const ports = new Map();
  for (const text of given) {
    const [, before, after] = /^(\d{1,5}):(\d{1,5})$/.exec(text) ?? [];
    const [from, to] = [Number(before), Number(after)];
    if (!(from >= 1 && from <= 65535 && to >= 1 && to <= 65535))
      throw fail(`--tcp-listen-remap ${text}: expected two ports, such as 8080:9090`);
    if (ports.has(from)) throw fail(`--tcp-listen-remap: port ${from} is given twice`);
    ports.set(from, to);
  }
  return ports;
}

/** @type {import('./options.js').Command} */
export const convert = {
  name: 'convert',
  summary: 'make a checkpoint that another version of CRIU reads, or with other ports',
  operands: 'FILE OUTPUT',
  count: [2, 2],
  details: [
    'Writes the archive anew, with the images changed that the options are about; all other members stay byte by byte as they are. --criu 4.1 writes page maps as CRIU up to 4.1.1 reads them: 4.2 counts pages in a field that those do not know. --criu 4.2 is the way back.',
    '--tcp-listen-remap has a TCP socket that listens on port OLD listen on port NEW, so that two copies can run on one host. Established connections keep their ports, and so does what the engine says of published ports.',
  ],
  options: [
    {
      name: 'criu',
      value: 'VERSION',
      choices: [...DIALECTS],
      help: 'dialect of the page maps: 4.1 or 4.2',
    },
    {
      name: 'tcp-listen-remap',
      value: 'OLD:NEW',
      repeatable: true,
      help: 'another port for listening TCP sockets; may be repeated',
    },
    COMPRESS,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt convert --criu 4.1 checkpoint.tar old.tar',
    'ckpt convert --tcp-listen-remap 8080:9090 checkpoint.tar second.tar',
    'ckpt convert --compress none checkpoint.tar.gz checkpoint.tar',
  ],

  async run(context) {
    const { operands, values, given, stdout, core, fail } = context;
    const [input, output] = operands;
    const ports = portsOf(listOf(given, 'tcp-listen-remap'), fail);
    const criu = /** @type {'4.1' | '4.2' | undefined} */ (values.criu);
    if (!ports && !criu && values.compress === undefined)
      throw fail('there is nothing to do: give --criu, --tcp-listen-remap or --compress');
    if (input === '-') throw fail('standard input can be read only once');
    refuseInput(output, [input], fail);
    const session = new Session(context);
    const ckpt = await core();
    await session.open(input, async (checkpoint) => {
      if (checkpoint.error) throw checkpoint.error;
      if (!WHOLE.includes(checkpoint.form))
        throw new Unfit(`: is not one checkpoint of a container (${checkpoint.form})`);
      const images = await convertedImages(ckpt, checkpoint, { criu, ports }).catch((error) => {
        throw error instanceof ConversionError ? new Unfit(`: ${error.message}`) : error;
      });
      const [layer] = await layersOf(checkpoint, () => true);
      const byName = new Map(images.map((image) => [image.member, image.bytes]));
      for (const segment of layer.segments) {
        const bytes = segment.kind === 'data' ? byName.get(segment.name) : undefined;
        if (bytes) segment.rebuilt = { size: bytes.length, read: () => [bytes] };
      }
      const file = new NewFile(output);
      try {
        await packInto(file, compressionFor(checkpoint, values.compress), redacted(layer), (read) =>
          session.progress({ read, size: 0 }),
        );
        file.commit();
      } finally {
        file.discard();
      }
      session.endProgress();
      for (const { member, changed } of images)
        await stdout.write(`${escapeForTerminal(member)}: ${changed} entries changed\n`);
    });
    return session.code;
  },
};
