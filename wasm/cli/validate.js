// SPDX-License-Identifier: Apache-2.0
// ckpt validate
import { archiveInput, checkArchive, looksLikeArchive } from './check-archive.js';
import { checkInput } from './check.js';
import { EXIT } from './exit.js';
import { FORMATS } from './formats.js';
import { findFiles, kindOf, typeOf } from './input.js';
import { KIND_OPTIONS, namedInput } from './kind.js';
import { refuseSecondInput } from './open.js';
import { styleFor } from './output.js';
import { NO_PROGRESS } from './progress.js';

/** @param {string} operand */
function isFolder(operand) {
  try {
    return operand !== '-' && typeOf(operand) === 'directory';
  } catch {
    return false; // reading it will tell why
  }
}

/** @param {string} operand @param {Record<string, string | undefined>} values @param {readonly {name: string, file: string}[]} files */
const isArchive = (operand, values, files) =>
  values.kind === undefined &&
  operand !== '-' &&
  kindOf(operand, files) === '' &&
  looksLikeArchive(operand);

/** @type {import('./options.js').Command} */
export const validate = {
  name: 'validate',
  summary: 'check checkpoint archives, metadata files, and folders of them',
  operands: 'PATH...',
  count: [1, Infinity],
  details: [
    'Checks metadata files as the Go package reads them and says what is wrong, where, and what was expected. What a file is, its name tells (config.dump, spec.dump, status, deleted.files, network.status, pod.options), or --kind. "-" is standard input; it needs --kind or --stdin-name.',
    'Of a folder the files with these names are checked. Its sub-folders are searched too, unless it holds a config.dump or spec.dump, that is, is the checkpoint of a container. Files with other names are passed over, symbolic links are not followed.',
    'Of a checkpoint archive, compressed or not, the archive itself is checked and every metadata file in it, also those of the containers in a pod or an image: ARCHIVE!MEMBER:LINE:COLUMN. Nothing is unpacked. An archive is known by its name or by how it begins.',
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
    NO_PROGRESS,
  ],
  examples: [
    'ckpt validate checkpoint.tar',
    'ckpt validate checkpoint/',
    'ckpt validate --format json config.dump spec.dump',
    'tar -xOf checkpoint.tar config.dump | ckpt validate --kind config.dump -',
  ],

  async run(context) {
    const { operands, values, switches, stdout, stderr, core, fail } = context;
    refuseSecondInput(context);
    const ckpt = await core();
    const color = values.color ?? 'auto';
    const format = /** @type {import('./formats.js').Format} */ (
      FORMATS.find(({ name }) => name === values.format)
    );
    // A wrong command line is reported before anything is done.
    const inputs = operands.flatMap((operand) => {
      if (isFolder(operand)) return findFiles(operand, ckpt.files);
      if (isArchive(operand, values, ckpt.files)) return [archiveInput(operand)];
      return [namedInput(operand, values, ckpt.files, fail)];
    });
    const report = format.report({
      style: styleFor(color, stdout),
      errorStyle: styleFor(color, stderr),
      width: stdout.width,
      quiet: switches.has('quiet'),
    });
    const summary = { files: 0, errors: 0, warnings: 0, unreadable: 0 };
    const tell = async (/** @type {import('./check.js').Checked} */ checked) => {
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
    };
    for (const input of inputs) {
      if (input.archive) await checkArchive(input, context, ckpt, tell);
      else await tell(await checkInput(input, (bytes) => ckpt.check(input.kind, bytes)));
    }
    await stdout.write(report.end(summary));
    if (summary.unreadable > 0) return EXIT.unreadable;
    return summary.errors + summary.warnings > 0 ? EXIT.findings : EXIT.ok;
  },
};
