// SPDX-License-Identifier: Apache-2.0
// Writes the manual page, from the table of commands.
//   node wasm/gen/man.mjs dist/ckpt.1
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { COMMANDS } from '../cli/commands.js';
import { EXIT_HELP } from '../cli/exit.js';
import { GLOBAL_OPTIONS } from '../cli/options.js';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** Text as roff leaves it alone. @param {string} text */
const roff = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(['.])/gm, '\\&$1');

/** @param {string} text a paragraph */
const paragraph = (text) => `.PP\n${roff(text)}\n`;

/** @param {import('../cli/options.js').Option} option */
function option({ name, short, value, help, preset }) {
  const spelled = `${short ? `\\fB\\-${short}\\fR, ` : ''}\\fB\\-\\-${roff(name)}\\fR${value ? ` \\fI${roff(value)}\\fR` : ''}`;
  const text = preset === undefined ? help : `${help} (default: ${preset})`;
  return `.TP\n${spelled}\n${roff(text)}\n`;
}

/** @param {import('../cli/options.js').Command} command */
function command({ name, summary, operands, details, options, examples }) {
  const lines = examples.map((example) => `${roff(example)}\n`).join('');
  return [
    `.SS "ckpt ${roff(name)} [OPTION]... ${roff(operands)}"\n`,
    `${roff(`${summary[0].toUpperCase()}${summary.slice(1)}.`)}\n`,
    ...details.map(paragraph),
    ...options.map(option),
    `.PP\n.EX\n${lines}.EE\n`,
  ].join('');
}

const page = [
  `.\\" Made from the table of commands by wasm/gen/man.mjs.\n`,
  `.TH CKPT 1 "" "container\\-checkpoint ${roff(version)}" "User Commands"\n`,
  '.SH NAME\nckpt \\- show, check and compare container checkpoints\n',
  '.SH SYNOPSIS\n.B ckpt\n\\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIFILE\\fR]...\n',
  '.SH DESCRIPTION\n',
  roff(
    'Shows what is in checkpoints of containers (Podman, CRI-O, containerd, Docker) without unpacking anything, and checks whether they are complete, restorable and trustworthy. A FILE is a tar archive (plain, gzip, zstd, xz or bzip2), an OCI image layout or docker-archive that holds a checkpoint, or a folder laid out like one.',
  ),
  '\n.SH COMMANDS\n',
  ...COMMANDS.map(command),
  '.SH OPTIONS OF ALL COMMANDS\n',
  ...GLOBAL_OPTIONS.map(option),
  '.SH EXIT STATUS\n',
  ...EXIT_HELP.map(([code, text]) => `.TP\n${code}\n${roff(String(text))}\n`),
  '.SH ENVIRONMENT\n.TP\n\\fBCKPT_AS\\fR\n',
  roff(
    'checkpointctl or crit: stand in for that program, as if called by its name: its commands, options, exit codes and words.',
  ),
  '\n.TP\n\\fBPATH\\fR\n',
  roff(
    'Programs named ckpt-NAME or checkpointctl-NAME in its folders are commands, too: see ckpt plugin.',
  ),
  '\n.TP\n\\fBNO_COLOR\\fR, \\fBFORCE_COLOR\\fR\n',
  roff('Whether there are colours, unless --color says it.'),
  '\n',
].join('');

writeFileSync(process.argv[2], page);
