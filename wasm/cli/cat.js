// SPDX-License-Identifier: Apache-2.0
// ckpt cat
import { sequenceLength } from '../report/escape.js';
import { EXIT } from './exit.js';
import { Session, Unfit } from './open.js';
import { MAX_WINDOW } from './limits.js';
import { NO_PROGRESS } from './progress.js';
import { CONTAINER, fileAndMember, whereIs } from './select.js';
import { writeBytes } from './write.js';

const TAB = 9;
const LF = 10;
const CR = 13;

/**
 * Whether bytes are something else than text that a terminal shows as it is.
 * @param {Uint8Array} bytes the beginning of it: may end within a character
 */
export function isBinary(bytes) {
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i, bytes.length);
    if (length === 0) return bytes[i] < 0xc2 || i + 4 <= bytes.length;
    const byte = bytes[i];
    if (length === 1 && (byte < 0x20 || byte === 0x7f) && ![TAB, LF, CR].includes(byte))
      return true;
    if (byte === 0xc2 && bytes[i + 1] < 0xa0) return true; // C1 controls
    i += length;
  }
  return false;
}

/** @type {import('./options.js').Command} */
export const cat = {
  name: 'cat',
  summary: 'print a member of an archive',
  operands: 'FILE MEMBER|FILE!MEMBER',
  count: [1, 2],
  details: [
    'Writes the content of a member to standard output, byte by byte as it is in the archive. MEMBER is a name as "ckpt ls" shows it; of a tar archive inside, such as the files of a tmpfs, ARCHIVE!NAME. FILE!MEMBER is the same in one word.',
    'If standard output is a terminal and the content is not plain text, nothing is written (exit code 2): it could act in the terminal. --force writes it all the same.',
  ],
  options: [
    { name: 'force', help: 'write to a terminal what is not plain text' },
    CONTAINER,
    MAX_WINDOW,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt cat checkpoint.tar config.dump | jq .createdTime',
    'ckpt cat checkpoint.tar rootfs-diff.tar >diff.tar',
    'ckpt cat checkpoint.tar!rootfs-diff.tar!etc/hosts',
  ],

  async run(context) {
    const { operands, values, switches, stdout, fail } = context;
    const [path, member] = fileAndMember(operands);
    if (member === undefined) throw fail('MEMBER is missing');
    const session = new Session(context, { again: true });
    const careful = stdout.isTerminal && !switches.has('force');
    await session.open(path, async (file) => {
      const { checkpoint, name, label, inside } = await whereIs(file, values.container, member);
      try {
        let first = true;
        for await (const bytes of checkpoint.stream(name, { inside })) {
          if (first && careful && isBinary(bytes)) {
            await session.say(
              `${path}${label}: is not plain text and is not written to a terminal; --force does it`,
              EXIT.usage,
            );
            return;
          }
          first = false;
          session.endProgress();
          await writeBytes(bytes);
        }
      } catch (error) {
        if (inside === undefined || !(error instanceof RangeError)) throw error;
        throw new Unfit(`!${inside}: ${error.message}`);
      }
    });
    return session.code;
  },
};
