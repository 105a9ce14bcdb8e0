// SPDX-License-Identifier: Apache-2.0
// ckpt core
import { PREVIOUS, eachDump, inputsOf, pidOf } from './dump-command.js';
import { Session, Unfit } from './open.js';
import { NO_PROGRESS } from './progress.js';
import { CONTAINER } from './select.js';
import { writerTo } from './write.js';

/** @type {import('./options.js').Command} */
export const core = {
  name: 'core',
  summary: 'write the core file of a process, for debuggers',
  operands: 'FILE',
  count: [1, 1],
  details: [
    'Writes an ELF core file of a process, as the kernel does when a program crashes: registers of all threads, auxiliary vector, mapped files, and the memory that is in the checkpoint, and, with --previous, in those before it. It is sparse. All eight architectures of CRIU are known, whatever machine this runs on.',
    'Memory that is as in a mapped file is left out: the debugger takes it from that file. Give it the programs and libraries of the container, with gdb "set sysroot DIRECTORY" and "file PROGRAM". The file can hold secrets: only its owner may read it.',
  ],
  options: [
    { name: 'pid', short: 'p', value: 'PID', help: 'of the process (needed)' },
    { name: 'output', short: 'o', value: 'FILE', completes: 'file', help: 'where to (needed)' },
    ...[PREVIOUS, CONTAINER, NO_PROGRESS],
  ],
  examples: ['ckpt core --pid 1 -o core.1 checkpoint.tar', 'gdb /usr/bin/python3 core.1'],

  async run(context) {
    const { values, fail } = context;
    const pid = pidOf(context);
    const { output } = values;
    if (pid === 0) throw fail('--pid is missing');
    if (output === undefined) throw fail('--output is missing');
    const session = new Session(context, { again: true });
    const write = async (/** @type {string} */ path, /** @type {any} */ dump) => {
      const { memory } = dump;
      try {
        memory.core(pid);
      } catch (error) {
        throw new Unfit(`: process ${pid}: ${/** @type {Error} */ (error).message}`);
      }
      const out = writerTo(output, inputsOf(context), fail);
      let read = 0;
      try {
        const pieces = memory.coreFile(pid);
        for (;;) {
          const { done, value } = await pieces.next();
          if (done) {
            out.truncate(value);
            break;
          }
          await out.write(value.bytes, value.position);
          session.progress({ read: (read += value.bytes.length), size: 0 });
        }
      } finally {
        out.close();
      }
    };
    // The command line stands in a note of the file.
    await eachDump(context, session, write, { texts: true, memory: true });
    return session.code;
  },
};
