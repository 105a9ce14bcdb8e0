// SPDX-License-Identifier: Apache-2.0
// ckpt validate
import { FAIL_ON, SEVERITIES } from '../report/findings.js';
import { FORMATS } from '../report/formats/index.js';
import { jobsOf } from './jobs.js';
import { KIND_OPTIONS } from './kind.js';
import { MAX_WINDOW, limitsOf } from './limits.js';
import { refuseSecondInput } from './open.js';
import { JSON_SHORT, listOf } from './options.js';
import { PREVIOUS } from './dump-command.js';
import { escapeForTerminal } from '../report/escape.js';
import { packageFile } from './output.js';
import { runHere, runInThreads, threadsFor } from './pool.js';
import { NO_PROGRESS, withProgress } from './progress.js';
import { Reporter } from './reporter.js';
import { loadRules } from './load-rules.js';
import { settings } from './settings.js';

/** @type {import('./options.js').Command} */
export const validate = {
  name: 'validate',
  summary: 'check whether checkpoints are complete, can be restored and can be trusted',
  operands: 'PATH|FILE!MEMBER...',
  count: [1, Infinity],
  literal: true,
  details: [
    'Checks checkpoint archives (compressed or not, including pods and images), folders and metadata files, and reports what is wrong, where, why it matters, and which engines can restore them. Nothing is unpacked. "ckpt explain RULE" explains a rule; "ckpt rules" lists all rules.',
    'In a folder, all archives, metadata files and unpacked checkpoints are checked. Files with other names are skipped, and symbolic links are not followed. "-" is an archive on standard input or, with --kind or --stdin-name, a metadata file. Patterns (*, ?, [a-z], {a,b}, ** for folders) are expanded if the shell has not done so.',
    'An incremental checkpoint leaves pages to those before it. With --previous, or where they are among what is checked, every such page is looked for there, and the verdict says who restores them together.',
    'FILE!MEMBER is what is in an archive: a metadata file, an archive inside, or a container of a pod, which is checked together with what the pod itself consists of.',
    'The kind of a metadata file follows from its name, or from --kind. Metadata files of the same folder that are named one after another are checked together.',
    'One run can write several reports: each --format may be followed by an --output. In GitHub Actions, annotations and a step summary are also written unless a report is printed.',
    'Settings are read from --config FILE, or from .ckpt.json or ckpt.config.json in the working directory or the nearest one above it, up to the root of the repository; they may have comments: targets, only, ignore, ignores, severities, failOn, level, maxFindings. Command-line options take precedence.',
    'ignores are exceptions: {"rule": "CKP109", "path": "nightly/**", "reason": "…", "until": "2027-01-31"}. The path is a pattern from the folder of the settings file; without it all files are meant. After the last day the exception no longer counts, and a warning says so. What is ignored is not listed and makes no exit code; the verdict on a target stays what it is.',
  ],
  options: [
    {
      name: 'target',
      short: 't',
      value: 'ENGINE[@VERSION]',
      repeatable: true,
      help: 'judge whether this target can restore it: podman, cri-o, containerd, docker, runc, crun (default: all)',
    },
    {
      name: 'host',
      value: 'FILE',
      completes: 'file',
      help: 'what "ckpt host" printed on the host that is to restore it: conditions of the verdict are answered',
    },
    PREVIOUS,
    {
      name: 'only',
      value: 'RULES',
      repeatable: true,
      completes: 'rules',
      help: 'check only these rules: CKP109, CKP8*; separate several with commas',
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
      help: `report format: ${FORMATS.map(({ name, help }) => `${name} (${help})`).join(', ')} (default: text)`,
    },
    JSON_SHORT,
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      repeatable: true,
      completes: 'file',
      help: 'write the report to this file, in the preceding --format, or in the form that the ending of its name tells (.sarif, .json, .jsonl, .xml for JUnit, .md, .html, .tap, .prom for metrics)',
    },
    { name: 'config', value: 'FILE', completes: 'file', help: 'settings' },
    {
      name: 'max-findings',
      value: 'N',
      help: 'list at most N findings per checkpoint (default: 1000, and 100 per rule)',
    },
    {
      name: 'digests',
      help: 'read large parts of images and pods, too, to check their digests',
    },
    {
      name: 'memory',
      help: 'search memory, queues, tmpfs, rootfs-diff.tar, volumes and logs for secrets, too (CKP801, CKP802)',
    },
    { name: 'reveal', help: 'show secrets instead of masking them' },
    {
      name: 'level',
      value: 'LEVEL',
      choices: SEVERITIES,
      help: 'the least severity that is listed: error, warning or info; counts, verdicts and the exit code stay the same (default: info, and warning for annotations of GitHub Actions)',
    },
    { name: 'quiet', short: 'q', help: 'list errors only, and print no summary' },
    { name: 'summary', help: 'print one line for each checkpoint' },
    {
      name: 'verbose',
      short: 'v',
      help: 'say where the settings come from, and which of their exceptions were needed',
    },
    ...KIND_OPTIONS,
    MAX_WINDOW,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt validate checkpoint.tar',
    'ckpt validate --memory --only CKP8* checkpoint.tar',
    'ckpt validate --target cri-o@1.34 /var/lib/kubelet/checkpoints/',
    'ckpt validate --format sarif --output ckpt.sarif --format text dumps/*.tar.zst',
    'ckpt validate --previous pre.tar final.tar',
    'ckpt host | ssh node sh > node.json; ckpt validate --host node.json checkpoint.tar',
    'tar -xOf checkpoint.tar config.dump | ckpt validate --kind config.dump -',
  ],

  async run(context) {
    const { operands, values, switches, fail } = context;
    refuseSecondInput(context);
    const core = /** @type {any} */ (await context.core());
    // A wrong command line is reported before anything is done.
    const limits = limitsOf(context);
    const jobs = jobsOf(operands, values, core.files, fail, core);
    const rules = await loadRules();
    const { options, failOn, level, ignores, file } = settings(context, core, rules);
    for (const job of jobs) {
      const files = job.kind === 'files' ? job.inputs.map(({ path }) => path) : [job.path];
      job.ignores = ignores.of(files);
    }
    const tell = async (/** @type {string[]} */ lines) => {
      for (const line of lines) await context.stderr.write(`ckpt: ${escapeForTerminal(line)}\n`);
      await context.stderr.flush();
    };
    const audit = switches.has('verbose');
    if (audit) await tell([file === undefined ? 'no settings file' : `settings: ${file}`]);
    await tell(ignores.warnings);
    const reporter = new Reporter(context, { jobs, options, failOn, level, rules });
    const run = async (
      /** @type {import('./progress.js').Progress} */ progress,
      /** @type {boolean} */ shows,
    ) => {
      await reporter.begin();
      const { openCheckpoint } = await import('../api/node.js');
      const checker = {
        ...{ core, openCheckpoint, ...limits, options, audit, withTexts: reporter.showsLines },
        before: {
          named: listOf(context.given, 'previous'),
          operands: jobs.flatMap(({ kind, path }) => (kind === 'files' ? [] : [path])),
        },
        ...(shows && {
          onRead: (/** @type {{read: number, size: number}} */ state) => progress.passed(state),
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
        if (!shows || done >= jobs.length) return;
        progress.start(`${count}${jobs[done].path}`);
        progress.show();
      };
      next();
      for await (const list of entries) {
        progress.clear();
        for (const entry of list) {
          ignores.count(entry.ignored ?? []);
          await reporter.entry(entry);
        }
        done++;
        next();
      }
      progress.end();
      await reporter.end();
      if (audit) {
        await context.stdout.flush();
        await tell(ignores.story);
      }
    };
    try {
      await withProgress(context, '', run);
    } finally {
      reporter.close();
    }
    return reporter.code;
  },
};
