// SPDX-License-Identifier: Apache-2.0
// ckpt validate
import { checkInput } from './check.js';
import { EXIT } from './exit.js';
import { FORMATS } from './formats.js';
import { findFiles, typeOf } from './input.js';
import { KIND_OPTIONS, namedInput } from './kind.js';
import { styleFor } from './output.js';

/** @param {string} operand */
function isFolder(operand) {
  try {
    return operand !== '-' && typeOf(operand) === 'directory';
  } catch {
    return false; // reading it will tell why
  }
}

/** @type {import('./options.js').Command} */
export const validate = {
  name: 'validate',
  summary: 'check metadata files and folders of them',
  operands: 'PATH...',
  count: [1, Infinity],
  details: [
    'Checks metadata files as the Go package reads them and says what is wrong, where, and what was expected. What a file is, its name tells (config.dump, spec.dump, status, deleted.files, network.status, pod.options), or --kind. "-" is standard input; it needs --kind or --stdin-name.',
    'Of a folder the files with these names are checked. Its sub-folders are searched too, unless it holds a config.dump or spec.dump, that is, is the checkpoint of a container. Files with other names are passed over, symbolic links are not followed.',
    'Problems are printed on standard output as PATH:LINE:COLUMN: SEVERITY: MESSAGE [ID]. What cannot be read is reported on standard error (in JSON: in the report); the other files are still checked. Control characters and what else cannot be seen are shown escaped.',
  ],
  options: [
    ...KIND_OPTIONS,
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: FORMATS.map(({ name }) => name),
      preset: 'text',
      help: `form of the report: ${FORMATS.map(({ name, help }) => `${name} (${help})`).join(', ')}`,
    },
    { name: 'quiet', short: 'q', help: 'print problems only, no summary' },
  ],
  examples: [
    'ckpt validate checkpoint/',
    'ckpt validate --format json config.dump spec.dump',
    'tar -xOf checkpoint.tar config.dump | ckpt validate --kind config.dump -',
  ],

  async run({ operands, values, switches, stdout, stderr, core, fail }) {
    if (operands.filter((operand) => operand === '-').length > 1)
      throw fail('standard input can be read only once');
    const ckpt = await core();
    const color = values.color ?? 'auto';
    const format = /** @type {import('./formats.js').Format} */ (
      FORMATS.find(({ name }) => name === values.format)
    );
    // A wrong command line is reported before anything is done.
    const inputs = operands.flatMap((operand) =>
      isFolder(operand)
        ? findFiles(operand, ckpt.files)
        : [namedInput(operand, values, ckpt.files, fail)],
    );
    const report = format.report({
      style: styleFor(color, stdout),
      errorStyle: styleFor(color, stderr),
      width: stdout.width,
      quiet: switches.has('quiet'),
    });
    const summary = { files: 0, errors: 0, warnings: 0, unreadable: 0 };
    for (const input of inputs) {
      const checked = await checkInput(input, (bytes) => ckpt.check(input.kind, bytes));
      summary.files++;
      if (checked.unreadable) summary.unreadable++;
      for (const { severity } of checked.findings)
        summary[severity === 'error' ? 'errors' : 'warnings']++;
      for (const { out, error } of report.file(checked)) {
        if (out !== undefined) await stdout.write(out);
        if (error === undefined) continue;
        await stdout.flush(); // both may be the same terminal
        await stderr.write(error);
        await stderr.flush();
      }
    }
    await stdout.write(report.end(summary));
    if (summary.unreadable > 0) return EXIT.unreadable;
    return summary.errors + summary.warnings > 0 ? EXIT.findings : EXIT.ok;
  },
};
