// SPDX-License-Identifier: Apache-2.0
// The public C header alone, by every compiler there is, in strict and GNU modes, in C and in C++.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wundef', '-Werror'];

/** What a caller may write with nothing else included. */
const program = `
#include "ckpt.h"
#include "ckpt.h"
static size_t use(void)
{
    ckpt_string text;
    ckpt_error error;
    ckpt_location where;
    ckpt_time zero = {0, 0, 0};
    ckpt_slice names = {0, 0, 0, 0};
    ckpt_document *document = ckpt_document_new();
    bool done = ckpt_encode(document, CKPT_KIND_DELETED_FILES, &names, &text, &error);
    const ckpt_spec *spec = (const ckpt_spec *)ckpt_document_value(document);
    done = done && spec != 0 && ckpt_locate(document, "", 0, &where);
    ckpt_document_free(document);
    return done ? text.length : (size_t)(zero.seconds - CKPT_UNIX_EPOCH) + CKPT_MAX_INPUT;
}
int main(void)
{
    return use() == 4 ? 0 : 1;
}
`;

/** @param {string} compiler @param {string[]} options */
const compile = (compiler, ...options) =>
  spawnSync(compiler, [...options, ...WARNINGS, '-Isrc', '-fsyntax-only', '-'], {
    cwd: root,
    input: program,
    encoding: 'utf8',
  });

// The set-up installs gcc and clang. clang reads C++ without the C++ library; gcc needs g++ for it.
const compilers = [
  ['gcc', ['-xc', '-std=c11'], ['-xc', '-std=gnu11'], ['-xc', '-std=c17']],
  ['clang', ['-xc', '-std=c11'], ['-xc', '-std=gnu11'], ['-xc', '-std=c17']],
  ['clang', ['-xc++', '-std=c++17'], ['-xc++', '-std=gnu++17'], ['-xc++', '-std=c++20']],
];
const hasGxx = spawnSync('g++', ['--version']).status === 0;
if (hasGxx) compilers.push(['g++', ['-xc++', '-std=c++17'], ['-xc++', '-std=gnu++17']]);

for (const [compiler, ...modes] of compilers) {
  for (const options of /** @type {string[][]} */ (modes)) {
    test(`ckpt.h alone: ${compiler} ${options.join(' ')}`, () => {
      const { status, stderr, error } = compile(/** @type {string} */ (compiler), ...options);
      assert.equal(error, undefined);
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
    });
  }
}

test('a mistake in the header would be seen', () => {
  const { status } = compile('gcc', '-xc', '-std=c11', '-Dckpt_string=@');
  assert.notEqual(status, 0);
});
