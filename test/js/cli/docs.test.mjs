// SPDX-License-Identifier: Apache-2.0
// docs.html says everything, and the examples of the commands are command lines that ckpt takes.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { readArguments } from '../../../wasm/cli/options.js';
import { declarationsOf } from '../../../wasm/gen/docs.mjs';

const dist = new URL('../../../dist/', import.meta.url);

test('docs.html: every command, option and export, nothing to load, no script', () => {
  const html = readFileSync(new URL('docs.html', dist), 'utf8');
  assert.doesNotMatch(html, /<script|<link|<img|\bsrc=|url\(/);
  for (const { name, options } of COMMANDS) {
    const [, article] = html.split(`id="ckpt-${name}"`);
    assert.ok(article, name);
    for (const option of options)
      assert.ok(article.split('</article>')[0].includes(`--${option.name}`), option.name);
  }
  for (const file of [
    'index',
    'checkpoint',
    'dump',
    'report',
    'node',
    'render',
    'write',
    'rules',
    'model',
  ]) {
    const text = readFileSync(new URL(`types/${file}.d.ts`, dist), 'utf8');
    const names = [
      ...text.matchAll(/^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm),
    ].map(([, name]) => name);
    assert.ok(names.length > 0, file);
    for (const name of names) assert.match(html, new RegExp(`id="[\\w-]+-${name}"`), name);
  }
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(id), id);
});

test('docs.html: a declaration with what it says, whole', () => {
  const text = [
    '/**',
    ' * What it is.',
    ' *',
    ' * More.',
    ' */',
    'export interface A {',
    '  /** Inside. */',
    '  b(): void;',
    '}',
    '/** One line. */',
    "export type B = 'x' | 'y';",
    'export declare function c(',
    '  d: string,',
    '): Promise<A>;',
    'type Own = string;',
  ].join('\n');
  assert.deepEqual(declarationsOf(text), [
    {
      name: 'A',
      comment: 'What it is.\n\nMore.',
      code: 'export interface A {\n  /** Inside. */\n  b(): void;\n}',
    },
    { name: 'B', comment: 'One line.', code: "export type B = 'x' | 'y';" },
    { name: 'c', comment: '', code: 'export declare function c(\n  d: string,\n): Promise<A>;' },
  ]);
  // Every file of declarations is described.
  const described = readFileSync(new URL('../../../wasm/gen/docs.mjs', import.meta.url), 'utf8');
  for (const name of readdirSync(new URL('types/', dist)))
    if (!['debug.d.ts', 'inline.d.ts', 'node-inline.d.ts'].includes(name))
      assert.ok(described.includes(`'${name.replace('.d.ts', '')}'`), name);
});

/** The words of a command line of a shell, as far as examples have them. @param {string} line */
const wordsOf = (line) =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));

test('the examples of all commands are taken', () => {
  for (const { name, examples } of COMMANDS) {
    assert.ok(
      examples.some((example) => example.includes(`ckpt ${name}`)),
      name,
    );
    for (const example of examples) {
      const own = example
        .split(/\s*[|;&]+\s*(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/)
        .filter((part) => /^ckpt /.test(part));
      for (const line of own) {
        const words = wordsOf(line.replace(/\s#.*$|\s[<>]+\s*\S+/g, ''))
          .slice(1)
          .filter((word) => !/^[<>]/.test(word));
        const { command, operands } = readArguments(words, COMMANDS);
        assert.ok(command, line);
        assert.ok(
          operands.length >= command.count[0] && operands.length <= command.count[1],
          `${line}: ${operands.length} operands`,
        );
      }
    }
  }
});
