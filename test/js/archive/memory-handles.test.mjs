// SPDX-License-Identifier: Apache-2.0
// Opening, reading, giving up, validating and closing, 500 times: the modules take no more memory than at the beginning.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { config, json, spec, temporaryFolder } from '../lib/checkpoints.mjs';
import { forms } from '../lib/forms.mjs';

/** The memories of all instances. @type {WebAssembly.Memory[]} */
const memories = [];
/** Sessions that were begun and not freed. */
let sessions = 0;
const { Instance, instantiate } = WebAssembly;
const known = (/** @type {any} */ made) => {
  memories.push((made.instance ?? made).exports.memory);
  return made;
};
WebAssembly.Instance = /** @type {any} */ (
  class extends Instance {
    constructor(/** @type {any} */ ...args) {
      super(.../** @type {[any]} */ (args));
      known(this);
    }

    #counting = {
      ...super.exports,
      ckpt_wasm_session_new: (/** @type {number[]} */ ...given) => {
        const handle = /** @type {any} */ (super.exports).ckpt_wasm_session_new(...given);
        if (handle) sessions++;
        return handle;
      },
      ckpt_wasm_session_free: (/** @type {number} */ handle) => {
        if (handle) sessions--;
        /** @type {any} */ (super.exports).ckpt_wasm_session_free(handle);
      },
    };

    /** @override */
    get exports() {
      return this.#counting;
    }
  }
);
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {any} */ ...args) => known(await Reflect.apply(instantiate, WebAssembly, args))
);
const { load, openCheckpoint } = await import('container-checkpoint/node');
const core = await load();
const size = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

const contents = {
  'config.dump': Buffer.from(json(config)),
  'spec.dump': Buffer.from(spec({ 'io.container.manager': 'libpod' })),
  'checkpoint/core-1.img': Buffer.from('no image'),
  'checkpoint/pages-1.img': Uint8Array.from({ length: 90_000 }, (_, i) => (i * 7) >> 3),
  'checkpoint/pages-2.img': Buffer.alloc(5000, 1),
};
const all = forms(contents, temporaryFolder());

const BEFORE = 50;
const ROUNDS = 500;

/** One of what people do, and of how they leave it. @param {import('../lib/forms.mjs').Form} form @param {number} i */
async function round({ source, inside, container }, i) {
  if (i % 10 === 9) {
    // Given up while it is opened.
    const stop = new AbortController();
    const opening = openCheckpoint(source, { signal: stop.signal, onProgress: () => stop.abort() });
    stop.abort();
    await assert.rejects(opening, { name: 'AbortError' });
    return;
  }
  const opened = await openCheckpoint(source);
  const checkpoint = container ? (await opened.containers())[0] : opened;
  const where = { inside };
  const pages = 'checkpoint/pages-1.img';
  const list = [{ member: pages }, { member: 'checkpoint/pages-2.img' }];
  switch (i % 5) {
    case 0:
      await checkpoint.read(pages, { start: 70_000, end: 70_016, ...where });
      break;
    case 1:
      for await (const { bytes } of checkpoint.ranges(list, where)) {
        assert.ok(bytes.length > 0);
        break;
      }
      break;
    case 2: {
      const stop = new AbortController();
      await assert.rejects(
        async () => {
          for await (const { bytes } of checkpoint.ranges(list, {
            ...where,
            signal: stop.signal,
          })) {
            assert.ok(bytes.length > 0);
            stop.abort();
          }
          stop.signal.throwIfAborted();
        },
        { name: 'AbortError' },
      );
      break;
    }
    case 3:
      await assert.rejects(async () => {
        for await (const piece of checkpoint.stream(pages, where))
          throw new Error(`given up after ${piece.length}`);
      }, /given up/);
      break;
    default: {
      const reading = checkpoint.read(pages, where);
      await opened.close(); // while it is read
      await reading.catch((error) => assert.ok(error instanceof Error));
    }
  }
  if (i % 5 < 4) await core.validate(opened);
  if (i % 5 === 0 && !inside) (await checkpoint.dump()).close();
  if (i % 5 === 1) await opened.containers();
  await opened.close();
}

const CHOSEN = ['plain', 'gzip', 'zstd', 'xz', 'bzip2', 'gzip in gzip', 'layer in zstd', 'pod'];
for (const name of CHOSEN)
  test(`${name}: what the core knows is freed when it is closed`, async () => {
    const { source } = all.find((one) => one.name === name) ?? {};
    const before = sessions;
    const opened = await openCheckpoint(source);
    await core.validate(opened);
    await opened.containers();
    assert.ok(sessions > before, `${sessions}`);
    await opened.close();
    assert.equal(sessions, 0);
  });

for (const name of CHOSEN)
  test(`${name}: ${ROUNDS} rounds`, async () => {
    const form = all.find((one) => one.name === name);
    assert.ok(form);
    for (let i = 0; i < BEFORE; i++) await round(form, i);
    const before = size();
    for (let i = 0; i < ROUNDS; i++) await round(form, i);
    assert.equal(size(), before);
    assert.ok(before < 128 * 2 ** 20, `${before}`);
  });
