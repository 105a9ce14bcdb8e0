// SPDX-License-Identifier: Apache-2.0
// node test/tools/images_roundtrip.mjs ARCHIVE|DIRECTORY...
// Decodes every CRIU image and encodes it again, from the JSON, its pretty form and the value, and compares the bytes.
// Beside an archive, crit/NAME.img.json.gz is what crit decode printed of the image: the JSON must be equal, except
// where crit damages text (b'...') or takes the next segment for the memory of one whose memory is in page maps.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { load } from '../../wasm/api/node.js';
import { goRound, imagesOf } from '../js/lib/roundtrip.mjs';

const ckpt = await load();
const count = { images: 0, raw: 0, crit: 0, damaged: 0, bad: 0 };

/** @param {string} where @param {string} what */
function say(where, what) {
  count.bad++;
  console.log(`${where}: ${what}`);
}

/** @param {string} where @param {string} name @param {Uint8Array} bytes @param {string} file crit's JSON */
function compare(where, name, bytes, file) {
  if (!existsSync(file)) return;
  count.crit++;
  const theirs = gunzipSync(readFileSync(file)).toString().trimEnd();
  const { text } = ckpt.imageText(bytes, { name });
  if (text === theirs) return;
  if (/": "b'|"in_pagemaps": true, "extra": "\w/.test(theirs)) count.damaged++;
  else
    say(where, `other JSON than crit's, from ${[...text].findIndex((c, i) => c !== theirs[i])} on`);
}

/** @param {string} path */
async function archive(path) {
  for await (const { path: member, name, bytes, info } of imagesOf(ckpt, path)) {
    const where = `${path}!${member}`;
    if (info.raw) {
      count.raw++;
      continue;
    }
    count.images++;
    for (const fault of goRound(ckpt, name, bytes)) say(where, fault);
    if (!path.includes('chain-dirs'))
      compare(where, name, bytes, join(dirname(path), 'crit', `${name}.json.gz`));
  }
}

/** @param {string} path */
function* archivesAt(path) {
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path, { recursive: true }).map(String).sort())
    if (/\.tar(\.\w+)?$/.test(name)) yield join(path, name);
}

for (const operand of process.argv.slice(2))
  for (const path of archivesAt(operand))
    try {
      await archive(path);
    } catch (error) {
      say(path, String(error));
    }
console.log(
  `${count.images} images, ${count.raw} raw files; ${count.crit} compared with crit, which damages ${count.damaged} of them; ${count.bad} differences`,
);
process.exitCode = count.bad === 0 ? 0 : 1;
