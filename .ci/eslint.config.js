// SPDX-License-Identifier: Apache-2.0
import js from '@eslint/js';
import globals from 'globals';

const browser = {
  ...globals.browser,
  WebAssembly: 'readonly',
};

export default [
  { ignores: ['build/', 'dist/', 'node_modules/', 'test/data/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: 'module',
      globals: globals['shared-node-browser'],
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-shadow': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['wasm/**', 'web/**'],
    // DOM code, and what a browser and Node have in common.
    languageOptions: { globals: browser },
  },
  {
    files: [
      '.ci/**',
      'wasm/api/node.js',
      'wasm/api/node-fs.js',
      'wasm/api/node-modules.js',
      'wasm/api/node-source.js',
      'wasm/cli/**',
      'wasm/gen/**',
      'web/*.mjs',
      'test/**',
    ],
    languageOptions: { globals: { ...globals.node, WebAssembly: 'readonly' } },
  },
  {
    // The entry for the browser and Node alike may not need Node.
    files: ['wasm/api/*.js', 'wasm/border/*.js', 'wasm/report/**/*.js'],
    ignores: [
      'wasm/api/node.js',
      'wasm/api/node-fs.js',
      'wasm/api/node-modules.js',
      'wasm/api/node-source.js',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:', message: 'not in a browser' }] },
      ],
    },
  },
];
