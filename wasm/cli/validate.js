// SPDX-License-Identifier: Apache-2.0
// ckpt validate
import process from 'node:process';
import { EXIT } from './exit.js';
import { FAIL_ON } from '../report/findings.js';
import { FORMATS } from '../report/formats/index.js';
import { jobsOf } from './jobs.js';
import { KIND_OPTIONS } from './kind.js';
import { refuseSecondInput } from './open.js';
import { packageFile } from './output.js';
import { runHere, runInThreads, threadsFor } from './pool.js';
import { NO_PROGRESS, Progress, wantsProgress } from './progress.js';
import { Reporter } from './reporter.js';
import { loadRules } from './load-rules.js';
import { settings } from './settings.js';

/** @type {import('./options.js').Command} */
export const validate = {
  name: 'validate',
  summary: 'check checkpoints: are they whole, can they be restored, may they be trusted',
  operands: 'PATH...',
  count: [1, Infinity],
  details: [
    'Checks checkpoint archives (compressed or not, also pods and images), folders, and metadata files, and says what is wrong, where, why it matters, and which engines can restore them. Nothing is unpacked. "ckpt explain RULE" tells more about a rule, "ckpt rules" lists them.',
    'Of a folder everything in it is checked: archives, metadata files, checkpoints that were unpacked. Files with other names are passed over, symbolic links are not followed. "-" is an archive on standard input, or with --kind or --stdin-name a metadata file. Patterns (*, ?, [a-z], {a,b}, ** for folders) are expanded if the shell did not.',
    'What a metadata file is, its name tells, or --kind. Those of one folder that are named one after the other are checked together.',
    'A report can be had in several forms at once: each --format may have an --output behind it. In GitHub Actions annotations and a summary of the step are made, too, unless a form is printed.',
    'Settings are read from --config FILE, or from .ckpt.json or ckpt.config.json in the working directory: targets, only, ignore, severities, failOn, maxFindings. Options count more.',
  ],
  options: [
    {
      name: 'target',
      short: 't',
      value: 'ENGINE[@VERSION]',
      repeatable: true,
      help: 'say whether this can restore it: podman, cri-o, containerd, docker, runc, crun (without it: all of them)',
    },
    {
      name: 'only',
      value: 'RULES',
      repeatable: true,
      completes: 'rules',
      help: 'check these rules only: CKP109, CKP8*, several with commas',
    },
    {
      name: 'ignore',
      value: 'RULES',
      repeatable: true,
      completes: 'rules',
      help: 'do not check these rules',
    },
    {
      name: 'severity',
      value: 'RULE=LEVEL',
      repeatable: true,
      completes: 'rules',
      help: 'change the severity of a rule: error, warning, info, off',
    },
    {
      name: 'fail-on',
      value: 'LEVEL',
      choices: FAIL_ON,
      help: 'what makes the exit code 1: findings of that severity or a worse one, "verdict" (errors, and a target that does not simply restore it), or "none"; a target that does not restore it, and a hostile archive, do in any case but "none" (default: error)',
    },
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      repeatable: true,
      choices: FORMATS.map(({ name }) => name),
      help: `form of the report: ${FORMATS.map(({ name, help }) => `${name} (${help})`).join(', ')} (default: text)`,
    },
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      repeatable: true,
      completes: 'file',
      help: 'write the report there; the form is that of the --format before',
    },
    { name: 'config', value: 'FILE', completes: 'file', help: 'settings' },
    {
      name: 'max-findings',
      value: 'N',
      help: 'list so many findings of a checkpoint (default: 1000, and 100 of each rule)',
    },
    { name: 'reveal', help: 'show secrets that were found' },
    { name: 'quiet', short: 'q', help: 'print findings only, no summary' },
    { name: 'summary', help: 'print one line for each checkpoint' },
    ...KIND_OPTIONS,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt validate checkpoint.tar',
    'ckpt validate --target cri-o@1.34 /var/lib/kubelet/checkpoints/',
    'ckpt validate --format sarif --output ckpt.sarif --format text dumps/*.tar.zst',
    'tar -xOf checkpoint.tar config.dump | ckpt validate --kind config.dump -',
  ],

  async run(context) {
    const { operands, values, switches, fail } = context;
    refuseSecondInput(context);
    const core = /** @type {any} */ (await context.core());
    // A wrong command line is reported before anything is done.
    const jobs = jobsOf(operands, values, core.files, fail);
    const { options, failOn } = settings(context, core);
    const rules = await loadRules();
    const reporter = new Reporter(context, { jobs, options, failOn, rules });
    const shows = wantsProgress(process.stderr, switches, process.env);
    const progress = new Progress(process.stderr, (bytes) => core.byteToString(bytes));
    const interrupt = () => {
      progress.end();
      process.exit(EXIT.interrupted);
    };
    process.once('SIGINT', interrupt);
    try {
      await reporter.begin();
      const { openCheckpoint } = await import('../api/node.js');
      const checker = {
        ...{ core, openCheckpoint, options, withTexts: reporter.showsLines },
        ...(shows && {
          onProgress: (/** @type {{read: number, size: number}} */ state) => progress.update(state),
        }),
      };
      const threads = threadsFor(jobs);
      const entries =
        threads > 0
          ? runInThreads(jobs, checker, threads, packageFile('dist/core.wasm'))
          : runHere(jobs, checker);
      let done = 0;
      const next = () => {
        const count = jobs.length === 1 ? '' : `${done + 1} of ${jobs.length}: `;
        if (shows && done < jobs.length) progress.start(`${count}${jobs[done].path}`);
      };
      next();
      for await (const list of entries) {
        progress.clear();
        for (const entry of list) await reporter.entry(entry);
        done++;
        next();
      }
      progress.end();
      await reporter.end();
    } finally {
      progress.end();
      process.removeListener('SIGINT', interrupt);
      reporter.close();
    }
    return reporter.code;
  },
};
