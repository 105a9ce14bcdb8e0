// SPDX-License-Identifier: Apache-2.0
// ckpt convert
import { escapeForTerminal } from '../report/escape.js';
import { ConversionError, DIALECTS, addressWords, convertWith } from '../api/convert.js';
import { COMPRESS } from './build.js';
import { withCheckpoints } from './chain.js';
import { PREVIOUS } from './dump-command.js';
import { NewFile, refuseInput } from './new-file.js';
import { refusePart } from './containers.js';
import { Session, Unfit, refuseSecondInput } from './open.js';
import { listOf } from './options.js';
import { compressionFor, packInto } from './pack.js';
import { NO_PROGRESS } from './progress.js';
import { TEXT_OR_JSON, compactJson } from './rows.js';

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

/** @param {string[]} given "OLD=NEW" @param {(message: string) => Error} fail */
function addressesOf(given, fail) {
  /** @type {Map<string, string>} */
  const addresses = new Map();
  for (const text of given) {
    const [, from, to] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
    const [one, two] = [from, to].map((address) => address && addressWords(address));
    if (!one || !two || one.length !== two.length)
      throw fail(
        `--address ${text}: expected two addresses of one family, such as 10.88.0.5=10.88.0.9`,
      );
    if (addresses.has(from)) throw fail(`--address: ${from} is given twice`);
    addresses.set(from, to);
  }
  return addresses;
}

/** @type {import('./options.js').Command} */
export const convert = {
  name: 'convert',
  summary: 'make a checkpoint that another version of CRIU reads, or with other ports',
  operands: 'FILE OUTPUT',
  count: [2, 2],
  details: [
    'Writes the archive anew, with the images changed that the options are about; all other members stay byte by byte as they are. --criu 4.1 writes page maps as CRIU up to 4.1.1 reads them: 4.2 counts pages in a field that those do not know. --criu 4.2 is the way back.',
    '--previous merges an incremental dump with those before it: every page that its page maps leave to the parent is taken from there, and the result is whole. The latest one is given first. No image tells which dump came before it: give all of them, in order. The statistics of the dump count the pages that were added.',
    '--address gives sockets that have the one address the other, at either end, so that connections go on where the container has another address. The network devices in the images keep theirs.',
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
    {
      name: 'address',
      value: 'OLD=NEW',
      repeatable: true,
      help: 'another address of sockets; may be repeated',
    },
    PREVIOUS,
    COMPRESS,
    ...TEXT_OR_JSON,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt convert --criu 4.1 checkpoint.tar old.tar',
    'ckpt convert --tcp-listen-remap 8080:9090 checkpoint.tar second.tar',
    'ckpt convert --previous pre.tar final.tar whole.tar',
    'ckpt convert --compress none checkpoint.tar.gz checkpoint.tar',
  ],

  async run(context) {
    const { operands, values, given, stdout, core, fail } = context;
    const [input, output] = operands;
    const ports = portsOf(listOf(given, 'tcp-listen-remap'), fail);
    const addresses = addressesOf(listOf(given, 'address'), fail);
    const earlier = listOf(given, 'previous');
    const criu = /** @type {'4.1' | '4.2' | undefined} */ (values.criu);
    if (![ports, criu, values.compress].some(Boolean) && addresses.size + earlier.length === 0)
      throw fail(
        'there is nothing to do: give --criu, --tcp-listen-remap, --address, --previous or --compress',
      );
    refuseSecondInput({ operands: [input, ...earlier], fail });
    refuseInput(output, [input, ...earlier], fail);
    const session = new Session(context, { again: true });
    const ckpt = await core();
    await session.open(input, async (checkpoint) => {
      if (checkpoint.error) throw checkpoint.error;
      refusePart(checkpoint);
      if (!WHOLE.includes(checkpoint.form))
        throw new Unfit(`: is not one checkpoint of a container (${checkpoint.form})`);
      const file = new NewFile(output);
      const spool = earlier.length > 0 ? new NewFile(`${output}.pages`) : undefined;
      try {
        const { changed, tar } = await withCheckpoints(earlier, context, (previous) =>
          convertWith(ckpt, checkpoint, { criu, ports, addresses, previous, spool }),
        ).catch((error) => {
          throw error instanceof ConversionError ? new Unfit(`: ${error.message}`) : error;
        });
        const compression = compressionFor(checkpoint, values.compress);
        await packInto(file, compression, tar(), (read) => session.progress({ read, size: 0 }));
        const size = file.length;
        file.commit();
        session.endProgress();
        if (values.format === 'json')
          await stdout.write(
            `${compactJson({ version: 1, output, size, compression, changed })}\n`,
          );
        else
          for (const { member, entries } of changed)
            await stdout.write(`${escapeForTerminal(member)}: ${entries} entries changed\n`);
      } finally {
        file.discard();
        spool?.discard();
      }
    });
    return session.code;
  },
};
