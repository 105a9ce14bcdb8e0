// SPDX-License-Identifier: Apache-2.0
// A real checkpoint, on a description of the machine that restores it, with one thing changed: what does not restore any
// more is never said to, what still does is never said to fail, and what does harm is not trusted.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { filesOf } from '../lib/mutations.mjs';
import { tar } from '../lib/tar.mjs';
import { VARIANTS } from '../lib/variants.mjs';

const core = await load();
const folder = new URL('../../data/restores/', import.meta.url);
const host = JSON.parse(readFileSync(new URL('host.json', folder), 'utf8'));

for (const base of ['001-base-plain'])
  for (const [what, change, restores, why] of VARIANTS)
    test(`${base}, ${what}: ${why}`, async () => {
      const files = await filesOf(fileURLToPath(new URL(`${base}.tar.zst`, folder)));
      const edit = (name, alter) => {
        const options = { name: basename(name) };
        const value = core.decodeImage(files.get(name), options);
        alter(value.entries);
        files.set(name, Buffer.from(core.encodeImage(options.name, value)));
      };
      change({ files, edit });
      const checkpoint = await openCheckpoint(tar(...files), { name: 'variant.tar' });
      const { targets, trust } = await core.validate(checkpoint, {
        targets: ['podman@4.3'],
        host,
      });
      await checkpoint.close();
      const [{ verdict, reasons, conditions }] = targets;
      const text = `${verdict} ${JSON.stringify([reasons, conditions.filter(({ met }) => met !== 'yes')])}`;
      if (restores === false) assert.notEqual(verdict, 'restores', text);
      else assert.notEqual(verdict, 'fails', text);
      if (restores === null) assert.notEqual(trust.level, 'clean', text);
      if (what === 'no stack') assert.match(text, /^conditional .*stack of process 1/);
      if (restores === true) assert.equal(verdict, 'restores', text);
    });
