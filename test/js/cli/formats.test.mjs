// SPDX-License-Identifier: Apache-2.0
// The forms of a report: recorded ones written again, parsed by others, and hostile texts in all of them.
// CKPT_UPDATE=1 writes the expected files anew; look at the difference before you keep it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import test from 'node:test';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import { parse as parseJunit } from 'junit2json';
import { SaxesParser } from 'saxes';
import { Parser as TapParser } from 'tap-parser';
import { escapeForTerminal } from '../../../wasm/report/escape.js';
import { failedVerdicts, countAtLeast, countsOf, rowsOf } from '../../../wasm/report/findings.js';
import { FORMATS } from '../../../wasm/report/formats/index.js';
import { loadRules } from '../../../wasm/cli/load-rules.js';
import { homepageOf, rulePageOf } from '../../../wasm/cli/project.js';
import { repositoryAt } from '../../../wasm/cli/repository.js';

const reports = new URL('../../data/reports/', import.meta.url);
const rules = await loadRules();
const plain = (text) => text;
const style = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain };
const PAGE =
  '<!doctype html><html><head></head><body>\n<p>page</p><script>run()</script></body></html>';

/** The entries of a recorded run. */
function entriesOf(name) {
  const recorded = JSON.parse(readFileSync(new URL(`${name}.json`, reports), 'utf8'));
  return recorded.map(({ lines, files, ...entry }) => ({
    ...entry,
    shown: escapeForTerminal(entry.path),
    files: Object.fromEntries(
      Object.entries(files).map(([key, path]) => [key, { path, shown: escapeForTerminal(path) }]),
    ),
    texts: {
      files: new Map(
        Object.entries(lines).map(([key, text]) => [key, { bytes: Buffer.from(text), hidden: [] }]),
      ),
      containers: [],
    },
  }));
}

/** What a format writes. */
function write(name, entries, more = {}) {
  const writer = FORMATS.find((format) => format.name === name).report({
    ...{ style, errorStyle: style, width: 80, quiet: false, brief: false, single: false },
    ...{
      targets: false,
      failOn: 'error',
      rules,
      version: '1.2.3',
      repository: repositoryAt(process.cwd()),
    },
    page: () => PAGE,
    ...more,
  });
  const counts = { error: 0, warning: 0, info: 0 };
  const summary = { checkpoints: 0, files: 0, unreadable: 0, failing: 0, counts };
  let out = writer.begin?.() ?? '';
  let error = '';
  const add = (pieces) => {
    for (const piece of pieces) {
      out += piece.out ?? '';
      error += piece.error ?? '';
    }
  };
  for (const entry of entries) {
    add(writer.entry(entry));
    if (entry.unreadable) summary.unreadable++;
    else if (entry.kind === 'files') summary.files += Object.keys(entry.files).length;
    else summary.checkpoints++;
    const found = countsOf(entry);
    for (const key of Object.keys(counts)) counts[key] += found[key];
    if (countAtLeast(found, 'error') > 0) summary.failing++;
  }
  add(writer.end(summary));
  return { out, error };
}

const NAMES = FORMATS.map(({ name }) => name);
const plainEntries = entriesOf('plain');
const hostileEntries = entriesOf('hostile');
const findings = (entries) => entries.flatMap((entry) => [...rowsOf(entry)]);

for (const name of NAMES)
  test(`${name}: a recorded run`, () => {
    const { out, error } = write(name, plainEntries);
    const file = new URL(`plain.${name}.txt`, reports);
    // The texts of rules change: they are looked at below.
    const text = name === 'sarif' ? out.replace(/^"tool": .*$/m, '"tool": …,') : out;
    if (process.env.CKPT_UPDATE || !existsSync(file)) writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'));
    assert.equal(error, name === 'text' ? 'nope.tar: unreadable: no such file or directory\n' : '');
  });

for (const name of NAMES)
  test(`${name}: nothing in it acts, whatever the texts are`, () => {
    const { out, error } = write(name, hostileEntries, { targets: true, single: true });
    assert.doesNotMatch(
      out + error,
      /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
    );
  });

for (const name of NAMES)
  test(`${name}: an empty run`, () => {
    const { out } = write(name, []);
    if (name === 'json') assert.deepEqual(JSON.parse(out).results, []);
    if (name === 'gitlab') assert.deepEqual(JSON.parse(out), []);
    if (name === 'sarif') assert.deepEqual(JSON.parse(out).runs[0].results, []);
    if (name === 'tap') assert.equal(out, 'TAP version 14\n1..0\n');
    if (name === 'jsonl' || name === 'github') assert.equal(out, '');
  });

// ---- JSON ------------------------------------------------------------------------------------------

const schema = JSON.parse(
  readFileSync(new URL('../../../dist/schema/validate.json', import.meta.url), 'utf8'),
);

test('json and jsonl: as their schema says', () => {
  const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true });
  const accepts = ajv.compile(schema);
  const acceptsLine = ajv.getSchema(`${schema.$id}#/$defs/Line`);
  for (const entries of [plainEntries, hostileEntries, []]) {
    const { out } = write('json', entries);
    assert.match(out, /^[\n\x20-\x7e]*$/);
    const document = JSON.parse(out);
    assert.ok(accepts(document), JSON.stringify(accepts.errors));
    const lines = write('jsonl', entries).out;
    assert.match(lines, /^[\n\x20-\x7e]*$/);
    const parsed = lines.split('\n').slice(0, -1).map(JSON.parse);
    assert.equal(parsed.length, entries.length);
    parsed.forEach((line, i) => {
      assert.ok(acceptsLine(line), JSON.stringify(acceptsLine.errors));
      const { version, ...result } = line;
      assert.equal(version, 1);
      assert.deepEqual(result, document.results[i]);
      assert.deepEqual(result.report, entries[i].report);
    });
    document.version = 2;
    assert.ok(!accepts(document));
  }
});

// ---- SARIF -----------------------------------------------------------------------------------------

const acceptsSarif = (() => {
  const file = createRequire(import.meta.url).resolve(
    '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
  );
  const official = JSON.parse(readFileSync(file, 'utf8'));
  // It is of an older draft, whose words mean the same here.
  delete official.id;
  delete official.$schema;
  return new Ajv.default({ strict: false, unicodeRegExp: false, validateFormats: false }).compile(
    official,
  );
})();

test('sarif: as the official schema says, and what collectors ask for', () => {
  for (const entries of [plainEntries, hostileEntries, []]) {
    const { out } = write('sarif', entries);
    assert.match(out, /^[\n\x20-\x7e]*$/);
    const log = JSON.parse(out);
    assert.ok(acceptsSarif(log), JSON.stringify(acceptsSarif.errors));
    const [run] = log.runs;
    const rows = findings(entries);
    assert.equal(run.results.length, rows.length);
    assert.equal(run.columnKind, 'unicodeCodePoints');
    assert.equal(run.invocations[0].executionSuccessful, entries.length === 0);
    const prints = run.results.map(({ partialFingerprints }) => partialFingerprints['ckpt/v1']);
    assert.equal(new Set(prints).size, prints.length);
    run.results.forEach((result, i) => {
      const { finding } = rows[i];
      assert.equal(result.ruleId, finding.id);
      const rule = run.tool.driver.rules[result.ruleIndex];
      assert.equal(rule.id, finding.id);
      assert.equal(result.level, finding.severity === 'info' ? 'note' : finding.severity);
      const [{ physicalLocation }] = result.locations;
      assert.doesNotThrow(() => new URL(physicalLocation.artifactLocation.uri, 'file:///root/'));
      const artifact = run.artifacts[physicalLocation.artifactLocation.index];
      assert.equal(artifact.location.uri, physicalLocation.artifactLocation.uri);
      assert.equal(physicalLocation.region.startLine, finding.line ?? 1);
      assert.equal(physicalLocation.region.startColumn, finding.column ?? undefined);
      assert.equal(physicalLocation.region.endColumn, finding.endColumn ?? undefined);
      assert.doesNotMatch(result.message.text, /\]\(/);
    });
  }
  const [run] = JSON.parse(write('sarif', plainEntries).out).runs;
  const uris = run.results.map(({ locations: [one] }) => one.physicalLocation.artifactLocation.uri);
  assert.deepEqual(uris, [
    'dumps/dump.tar',
    'dumps/dump.tar/config.dump',
    'dumps/dump.tar/rootfs-diff.tar!../x',
    'dumps/pod.tar',
    'dumps/pod.tar/1-web/config.dump',
    'meta/web.json',
    'unpacked/config.dump',
  ]);
  const rule = run.tool.driver.rules.find(({ id }) => id === 'CKP101');
  const known = rules.find(({ id }) => id === 'CKP101');
  assert.equal(rule.shortDescription.text, known.title);
  assert.ok(rule.help.text.includes(known.why) && rule.help.markdown.includes('**Why.**'));
});

test('sarif: the same fingerprint where lines have moved, and no more results than are taken', () => {
  const fingerprint = (entries) =>
    JSON.parse(write('sarif', entries).out).runs[0].results[1].partialFingerprints['ckpt/v1'];
  const moved = structuredClone(plainEntries);
  Object.assign(moved[0].report.findings[1], { line: 20, offset: 400, message: 'another text' });
  assert.equal(fingerprint(moved), fingerprint(plainEntries));
  const [one] = plainEntries;
  const many = {
    ...one,
    report: { ...one.report, findings: Array(9000).fill(one.report.findings[1]) },
  };
  const [run] = JSON.parse(write('sarif', [many, many, many]).out).runs;
  assert.equal(run.results.length, 25_000);
  const notes = run.invocations[0].toolExecutionNotifications.map(({ message }) => message.text);
  assert.ok(notes.includes('2000 more findings are not listed'));
});

test('sarif: addresses come from the home page, where it is a site', () => {
  const driverOf = (homepage, local = false) => {
    const more = { homepage: homepageOf({ homepage }), rulePage: null };
    more.rulePage = rulePageOf(more.homepage, local);
    const { driver } = JSON.parse(write('sarif', plainEntries, more).out).runs[0].tool;
    return { home: driver.informationUri, page: driver.rules[0].helpUri };
  };
  const site = driverOf('https://ckpt.example.test/tool/');
  assert.equal(site.home, 'https://ckpt.example.test/tool/');
  assert.match(site.page, /^https:\/\/ckpt\.example\.test\/tool\/rules\.html#CKP\d{3}$/);
  const repository = driverOf('https://github.com/somebody/ckpt#readme');
  assert.equal(repository.home, 'https://github.com/somebody/ckpt#readme');
  assert.doesNotMatch(repository.page ?? '', /rules\.html/);
  assert.equal(driverOf('https://github.com/OWNER/REPOSITORY#readme').home, undefined);
  assert.equal(driverOf(undefined).home, undefined);
});

test('text: on a terminal the id of a rule is a link to its page', () => {
  const more = { links: true, rulePage: rulePageOf('', true) };
  const { out } = write('text', plainEntries, more);
  const page = new URL('../../../dist/rules.html#CKP003', import.meta.url);
  assert.ok(out.includes(`[\u001b]8;;${page}\u001b\\CKP003\u001b]8;;\u001b\\]`));
  for (const options of [{}, { ...more, links: false }])
    assert.ok(!write('text', plainEntries, options).out.includes('\u001b'));
});

// ---- JUnit -----------------------------------------------------------------------------------------

test('junit: well-formed, and a suite for each entry', async () => {
  for (const entries of [plainEntries, hostileEntries]) {
    const { out } = write('junit', entries);
    const parser = new SaxesParser();
    parser.on('error', (error) => assert.fail(error.message));
    parser.write(out).close();
    const parsed = await parseJunit(out);
    assert.equal(parsed.testsuite.length, entries.length);
    for (const what of ['tests', 'failures', 'errors'])
      assert.equal(
        parsed[what],
        parsed.testsuite.reduce((sum, suite) => sum + suite[what], 0),
        what,
      );
    parsed.testsuite.forEach((suite, i) => {
      const rows = findings([entries[i]]);
      const verdicts = failedVerdicts(entries[i], 'error', false).length;
      const failures = rows.filter(({ finding }) => finding.severity === 'error').length + verdicts;
      assert.equal(
        suite.name,
        entries[i].shown.replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`),
      );
      assert.equal(suite.tests, Math.max(rows.length + verdicts, 1));
      assert.equal(suite.testcase.length, suite.tests);
      assert.equal(suite.failures, failures);
      assert.equal(suite.errors, entries[i].unreadable ? 1 : 0);
      const failed = suite.testcase.filter(({ failure }) => failure);
      assert.equal(failed.length, failures);
      assert.equal(suite.testcase.filter(({ error }) => error).length, suite.errors);
    });
  }
  const strict = await parseJunit(write('junit', plainEntries, { failOn: 'info' }).out);
  assert.equal(strict.testsuite[0].failures, 3);
});

// ---- GitHub and GitLab -----------------------------------------------------------------------------

/** Reads a line as the runner of GitHub Actions does (its ActionCommand.TryParseV2). */
function command(line) {
  const found = /^::([a-z-]+)(?: (.*?))?::(.*)$/s.exec(line);
  assert.ok(found, line);
  const decode = (text) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  const properties = Object.fromEntries(
    (found[2] ?? '').split(',').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), decode(pair.slice(at + 1))];
    }),
  );
  return { name: found[1], properties, data: decode(found[3]) };
}

test('github: one command a line, each about its file', () => {
  for (const entries of [plainEntries, hostileEntries]) {
    const lines = write('github', entries).out.split('\n').slice(0, -1).map(command);
    const rows = findings(entries);
    const cut = entries.flatMap(({ report }) => report?.cut ?? []).length;
    const unreadable = entries.filter((entry) => entry.unreadable).length;
    const verdicts = entries.flatMap((entry) => failedVerdicts(entry, 'error', false)).length;
    assert.equal(lines.length, rows.length + cut + unreadable + verdicts);
    for (const { name, properties } of lines) {
      assert.match(name, /^(error|warning|notice)$/);
      assert.deepEqual(
        Object.keys(properties).filter(
          (key) => !['file', 'line', 'endLine', 'col', 'endColumn', 'title'].includes(key),
        ),
        [],
      );
    }
  }
  const lines = write('github', plainEntries).out.split('\n').slice(0, -1).map(command);
  assert.deepEqual(lines[1], {
    name: 'error',
    properties: { file: 'dumps/dump.tar', title: 'CKP101' },
    data: 'config.dump:2:9: id is "c0ffee"; expected 64 lower-case hex digits. Restore the original id.',
  });
  const folder = lines.find(({ properties }) => properties.file === 'unpacked/config.dump');
  assert.deepEqual(folder.properties, {
    ...{ file: 'unpacked/config.dump', line: '2', endLine: '2', col: '9', endColumn: '17' },
    title: 'CKP101',
  });
});

test('gitlab: what its code quality report wants', () => {
  for (const entries of [plainEntries, hostileEntries]) {
    const issues = JSON.parse(write('gitlab', entries).out);
    const unreadable = entries.filter((entry) => entry.unreadable).length;
    assert.equal(issues.length, findings(entries).length + unreadable);
    assert.equal(new Set(issues.map(({ fingerprint }) => fingerprint)).size, issues.length);
    for (const { description, check_name: name, fingerprint, severity, location } of issues) {
      assert.ok(description.length > 0 && name.length > 0);
      assert.match(fingerprint, /^[0-9a-f]{64}$/);
      assert.ok(['info', 'minor', 'major', 'critical', 'blocker'].includes(severity));
      assert.ok(Number.isInteger(location.lines.begin) && location.lines.begin >= 1);
      assert.ok(!location.path.startsWith('./') && location.path.length > 0);
    }
  }
});

// ---- TAP, Markdown, HTML ---------------------------------------------------------------------------

test('tap: as its parser reads it', () => {
  for (const entries of [plainEntries, hostileEntries]) {
    const found = TapParser.parse(write('tap', entries).out, { strict: true });
    const points = found.filter(([type]) => type === 'assert').map(([, result]) => result);
    assert.equal(points.length, entries.length);
    points.forEach((point, i) => {
      const bad = entries[i].unreadable !== null || countsOf(entries[i]).error > 0;
      assert.equal(point.ok, !bad, point.name);
      assert.ok(!point.skip && !point.todo, point.name);
      assert.equal(point.diag?.findings?.length ?? 0, findings([entries[i]]).length);
    });
    assert.deepEqual(found.find(([type]) => type === 'plan')[1].end, entries.length);
    assert.equal(found.filter(([type]) => type === 'extra').length, 0);
  }
});

test('markdown: hostile texts make no markup', () => {
  const { out } = write('markdown', hostileEntries);
  assert.doesNotMatch(out, /<script|\]\(|`|@all|https?:|www\./);
  const rows = out.split('\n').filter((line) => /^\| (❌|🟠|🔵)/u.test(line));
  assert.equal(rows.length, findings(hostileEntries).length);
  for (const row of rows) assert.equal(row.split('|').length, 6, row);
  assert.deepEqual([...new Set(out.match(/<\/?[a-z]+/g))].sort(), ['</code', '<br', '<code']);
});

test('html: the page with the reports in a block of its own', () => {
  for (const entries of [plainEntries, hostileEntries]) {
    const { out } = write('html', entries);
    const [, text, rest] =
      /<script type="application\/json" id="ckpt-embedded">(.*?)<\/script>(.*)/s.exec(out);
    assert.ok(rest.endsWith('<p>page</p><script>run()</script></body></html>'));
    assert.doesNotMatch(text, /</);
    const { version, reports: embedded, unreadable } = JSON.parse(text);
    assert.equal(version, 1);
    const read = entries.filter(({ report }) => report);
    assert.deepEqual(
      embedded,
      read.map(({ report, path }) => ({ ...report, name: path })),
    );
    assert.equal(unreadable.length, entries.length - read.length);
  }
});

test('text: --summary, --quiet, and what is not shown', () => {
  const brief = write('text', plainEntries, { brief: true });
  assert.equal(
    brief.out.split('\n')[0],
    'dumps/dump.tar: (Podman web) 2 errors, 1 warning, 1234 info; podman does not restore it; suspicious',
  );
  const quiet = write('text', plainEntries, { quiet: true });
  assert.doesNotMatch(quiet.out, /checked|restored/);
  const entries = entriesOf('plain');
  entries[0].texts.files.get('config.dump').hidden = [{ offset: 11, length: 6 }];
  const { out } = write('text', entries);
  assert.ok(out.includes('  2 |   "id": "•••",\n    |         ^~~~~\n'), out);
});

// Reading the line for each finding would take longer than the time limit of a test.
test('many findings in a long line: what each costs does not grow with the file', () => {
  const bytes = Buffer.alloc(50_000_000, '"key":["value \u00e9"], ');
  const count = 20_000;
  const [, sample] = plainEntries[0].report.findings;
  const list = Array.from({ length: count }, (_, i) => ({
    ...sample,
    ...{ offset: i * 2400, length: 5, line: 1, column: i + 1, endLine: 1, endColumn: i + 6 },
  }));
  const entry = { ...plainEntries[0], report: { ...plainEntries[0].report, findings: list } };
  entry.texts = { files: new Map([['config.dump', { bytes, hidden: [] }]]), containers: [] };
  for (const name of NAMES) assert.ok(write(name, [entry]).out.length < 2000 * count, name);
});
