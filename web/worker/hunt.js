// SPDX-License-Identifier: Apache-2.0
// A search in memory while it runs. The core searches; what is found is kept here until it is shown.
import { secretsAmong } from '../../wasm/api/dump.js';
import { breathe } from './content.js';

/** Hits that are kept. */
const MOST = 20_000;
/** Bytes around a hit. */
const AROUND = 32;
/** Milliseconds after which others get their turn. */
const TURN = 30;
/** Milliseconds that somebody waits for the first hit. */
const FIRST = 100;
/** Bytes of a hit that are shown. */
const SHOWN = 160;

/** Expressions that are offered. @type {Record<string, {regex: string, secret?: boolean, ignoreCase?: boolean}>} */
export const PRESETS = {
  url: { regex: '[a-z][a-z0-9+.-]{1,10}://[!-~]{3,200}', ignoreCase: true },
  email: { regex: '[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{2,63}){1,4}' },
  jwt: { regex: 'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}', secret: true },
  pem: { regex: '-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----', secret: true },
  aws: { regex: '(AKIA|ASIA)[A-Z0-9]{16}', secret: true },
  password: {
    regex:
      '(password|passwd|secret|token|api_?key)[a-z0-9_]{0,20}["\' ]{0,2}[=:]["\' ]{0,2}[!-~]{4,100}',
    secret: true,
    ignoreCase: true,
  },
  ip: { regex: '[0-9]{1,3}(\\.[0-9]{1,3}){3}' },
};

/** @param {import('../types.d.ts').HuntQuery} query @returns {any} as the API wants it */
export function queryOf({ form, pattern, ignoreCase }) {
  if (form === 'preset') {
    const { regex, ignoreCase: fold = false } = PRESETS[pattern];
    return { regex, ignoreCase: fold };
  }
  if (form === 'strings') return { strings: Number(pattern) || 6 };
  if (form === 'pointers') {
    if (!/^(0x)?[0-9a-f]{1,16}$/i.test(pattern)) throw new TypeError(`${pattern}: not an address`);
    return { pointers: BigInt(pattern.replace(/^(0x)?/i, '0x')) };
  }
  return { [form]: pattern, ...(ignoreCase && { ignoreCase }) };
}

export class Hunt {
  /** @type {any[]} */
  hits = [];
  /** @type {'running' | 'done' | 'stopped' | 'full' | 'failed'} */
  state = 'running';
  message = '';
  read = 0;
  size = 0;
  /** What was not searched. @type {{bytes: number, borders: number, blocks: number} | null} */
  left = null;
  secret;
  #stop = new AbortController();
  /** Wakes those who wait for something to be seen. */
  #wake = () => {};
  #seen = new Promise((resolve) => {
    this.#wake = () => resolve(undefined);
  });

  /** @param {any} memory @param {import('../types.d.ts').HuntQuery} query */
  constructor(memory, query) {
    this.secret = query.form === 'preset' && PRESETS[query.pattern]?.secret === true;
    this.#run(memory, query)
      .catch((error) => {
        if (this.state !== 'running') return;
        this.state = 'failed';
        this.message = error.message;
      })
      .finally(() => this.#wake());
  }

  stop() {
    if (this.state === 'running') this.state = 'stopped';
    this.#stop.abort();
  }

  /** Waits a moment for the first hit, or the end. */
  async news() {
    await Promise.race([this.#seen, new Promise((resolve) => setTimeout(resolve, FIRST))]);
  }

  /** From 0 to 1. */
  get share() {
    return this.size > 0 ? this.read / this.size : this.state === 'running' ? 0 : 1;
  }

  /** @param {any} memory @param {import('../types.d.ts').HuntQuery} query */
  async #run(memory, query) {
    const { pid, kind, perms } = query;
    const search = memory.search(queryOf(query), {
      ...(pid > 0 && { pids: [pid] }),
      ...(kind !== '' && { kinds: [kind] }),
      perms,
      context: AROUND,
      limit: MOST,
      signal: this.#stop.signal,
      onProgress: (/** @type {{read: number, size: number}} */ { read, size }) => {
        this.read = read;
        this.size = size;
      },
    });
    let last = performance.now();
    for (;;) {
      const { done, value } = await search.next();
      if (done) {
        this.left = value;
        break;
      }
      this.hits.push(value);
      this.#wake();
      if (performance.now() - last < TURN) continue;
      await breathe();
      last = performance.now();
    }
    if (this.state === 'running') this.state = this.hits.length >= MOST ? 'full' : 'done';
  }
}

/** Bytes as characters of one width. @param {Uint8Array} bytes */
const visible = (bytes) =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(
    '',
  );

const latin = new TextDecoder('latin1');
/** What is not shown of a text, letter by letter, and what stands for all of it. */
const DOT = '\u2022';
const DOTS = DOT.repeat(3);

/**
 * Pieces of memory that follow each other, as they are shown, with dots for secrets in them.
 * @param {any} ckpt @param {Uint8Array[]} pieces @returns {string[]}
 */
function withoutSecrets(ckpt, pieces) {
  const texts = pieces.map((bytes) => latin.decode(bytes));
  const secrets = secretsAmong(ckpt, texts.join('').split('\0'));
  if (secrets.length === 0) return pieces.map(visible);
  let all = texts.join('');
  for (const secret of secrets) all = all.replaceAll(secret, DOT.repeat(secret.length));
  let from = 0;
  return pieces.map((bytes) => {
    const part = all.slice(from, (from += bytes.length));
    const seen = visible(bytes);
    return Array.from(seen, (letter, i) => (part[i] === DOT ? DOT : letter))
      .join('')
      .replace(/\u2022+/g, DOTS);
  });
}

/**
 * @param {any} ckpt @param {any} hit @param {number} id
 * @param {{secret: boolean, reveal: boolean}} how secret: that is what was searched for
 * @returns {import('../types.d.ts').HitRow}
 */
export function hitRow(
  ckpt,
  { pid, address, bytes, before, after, mapping },
  id,
  { secret, reveal },
) {
  const name = mapping?.name ? new TextDecoder().decode(mapping.name) : `[${mapping?.kind ?? ''}]`;
  const utf16 = bytes.length > 3 && bytes[1] === 0 && bytes[3] === 0;
  const own = utf16
    ? bytes.filter((/** @type {number} */ _, /** @type {number} */ i) => i % 2 === 0)
    : bytes;
  const pieces = [before, own.subarray(0, SHOWN), after];
  const hide = secret && !reveal;
  const [head, found, tail] = reveal || utf16 ? pieces.map(visible) : withoutSecrets(ckpt, pieces);
  return {
    id,
    pid,
    address: address.toString(16),
    mapping: name.slice(0, 200),
    before: head.slice(-24),
    found: hide ? '••••••••' : found,
    after: hide ? '' : tail.slice(0, 24),
  };
}
