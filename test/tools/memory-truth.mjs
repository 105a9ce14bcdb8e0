#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/*
 * Checks every range of memory and every marker of a folder of dumps with ground truth, in every form.
 *
 *   test/tools/memory-truth.mjs [--forms] [--record FOLDER] DUMPS [NAME...]
 *
 * DUMPS/NAME holds NAME.tar.zst, truth.json[.gz] with `mem_ranges` and `markers`, and for a chain
 * chain-dirs.tar.zst with the directories 1, 2, 3 …. --forms: also with the page maps of all dialects and
 * compressed pages. --record: writes FOLDER/NAME.json, what test/js/criu/memory-truth.test.mjs reads.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import { FORMS, chainOf, checkMemory, rewritten } from '../js/lib/memory-truth.mjs';

const PREVIOUS = { 'podman-chain-final': ['podman-chain-pre'] };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { forms: { type: 'boolean' }, record: { type: 'string' } },
});
const [folder, ...only] = positionals;

/** @param {string} name */
function truthOf(name) {
  const path = join(folder, name, 'truth.json');
  const { tasks, markers = [] } = JSON.parse(
    String(existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`))),
  );
  const ranges = [];
  const absent = [];
  for (const { pid, mem_ranges: list } of tasks)
    for (const { addr, len, flags, image_vs_proc: state, sha256_proc_mem: sha256 } of list ?? []) {
      const range = { pid, address: BigInt(addr), length: len };
      if (state === 'equal' && sha256) ranges.push({ ...range, sha256 });
      if (flags === 2) absent.push(range);
    }
  return {
    ranges,
    absent,
    markers: markers
      .filter((one) => one.in_image_pages && one.image_bytes_equal)
      .map(({ pid, addr, marker }) => ({ pid, address: BigInt(addr), text: marker })),
  };
}

let all = 0;
let bad = 0;
for (const name of readdirSync(folder)) {
  const archive = join(folder, name, `${name}.tar.zst`);
  if (!existsSync(archive) || (only.length > 0 && !only.includes(name))) continue;
  const truth = truthOf(name);
  const chain = join(folder, name, 'chain-dirs.tar.zst');
  const sources = existsSync(chain)
    ? await chainOf(chain)
    : [archive, ...(PREVIOUS[name] ?? []).map((one) => join(folder, one, `${one}.tar.zst`))];
  const forms = [{ name: 'as it is' }, ...(values.forms ? FORMS : [])];
  const results = [];
  for (const form of forms) {
    const dumps =
      form.dialect === undefined
        ? sources
        : await Promise.all(sources.map((source) => rewritten(source, form)));
    if (dumps.includes(null)) continue;
    const { checks, faults } = await checkMemory(dumps[0], truth, dumps.slice(1));
    all += checks;
    bad += faults.length;
    results.push(`${checks - faults.length}/${checks}`);
    for (const fault of faults.slice(0, 5)) console.log(`${name}, ${form.name}: ${fault}`);
  }
  console.log(
    `${name}: ${truth.ranges.length} ranges, ${truth.markers.length} markers: ${results.join(' ')}`,
  );
  if (values.record)
    writeFileSync(
      join(values.record, `${name}.json`),
      `${JSON.stringify({
        ranges: truth.ranges.map((one) => [
          one.pid,
          `0x${one.address.toString(16)}`,
          one.length,
          one.sha256.slice(0, 16),
        ]),
        absent: truth.absent.map((one) => [one.pid, `0x${one.address.toString(16)}`, one.length]),
        markers: truth.markers.map((one) => [one.pid, `0x${one.address.toString(16)}`, one.text]),
      }).replaceAll('],[', '],\n[')}\n`,
    );
}
console.log(`${all - bad} of ${all} hold`);
process.exitCode = bad > 0 || all === 0 ? 1 : 0;
