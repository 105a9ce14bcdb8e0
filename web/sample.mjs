// SPDX-License-Identifier: Apache-2.0
// The checkpoints that are built into the page: a healthy one, made of one of the tests' archives, what has
// to be changed in it for a broken one, and one with many processes to look at.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const BLOCK = 512;
const SOURCE = new URL('../test/data/archives/containerd21.tar', import.meta.url);

const EXPLORE = new URL('../test/data/page/explore.tar.xz', import.meta.url);

/** What is broken, at the same length: the text of a member, or of its header. @type {[member: string, from: string, to: string][]} */
const BROKEN = [
  ['config.dump', '"createdTime":"2026-03-13T21', '"createdTime":"2026-13-13T21'],
  ['config.dump', 'counter@sha256:e0f1', 'counter:latest-e0f1'],
  ['spec.dump', '"TERM=xterm"', '"API_TOKEN="'],
  ['spec.dump', '"PATH=/usr/local/sbin:/usr', '"DB_PASSWORD=only-a-sample'],
  ['spec.dump', '"cwd":"/"', '"cwd":"."'],
  ['status.dump', '"id":"38e1a7', '"id":"28e1a7'],
  ['status', '"Version":"v1"', '"Version":"v7"'],
];
/** Members with other names. @type {[from: string, to: string][]} */
const RENAMED = [
  ['checkpoint/inventory.img', 'checkpoint/inventory.old'],
  ['checkpoint/tmpfs-dev-58.tar.gz.img', '../../etc/cron.d/sample'],
  ['checkpoint/tmpfs-dev-57.tar.gz.img', 'checkpoint/tmpfs-dev-56.tar.gz.img'],
];

/** @typedef {{name: string, header: Buffer, content: Buffer}} Member */

/** @param {Buffer} tar @returns {Member[]} */
function membersOf(tar) {
  /** @type {Member[]} */
  const members = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = Buffer.from(tar.subarray(at, at + BLOCK));
    const size = parseInt(header.toString('latin1', 124, 135), 8) || 0;
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    const name = header.toString('latin1', 0, 100).replace(/\0.*$/s, '');
    const content = Buffer.from(tar.subarray(at + BLOCK, at + BLOCK + padded));
    members.push({ name, header, content });
    at += BLOCK + padded;
  }
  return members;
}

/** @param {Buffer} header @param {string} name */
function rename(header, name) {
  header.fill(0, 0, 100);
  header.write(name, 0, 'latin1');
  header.fill(32, 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** @param {Member[]} members */
const tarOf = (members) =>
  Buffer.concat([
    ...members.flatMap(({ header, content }) => [header, content]),
    Buffer.alloc(2 * BLOCK),
  ]);

/** @returns {{healthy: Uint8Array, changes: [offset: number, bytes: string][], explore: Uint8Array}} the changes in Base64 */
export function samples() {
  const members = membersOf(readFileSync(SOURCE));
  const healthy = tarOf(members);
  const find = (/** @type {string} */ wanted) => {
    const member = members.find(({ name }) => name === wanted);
    if (!member) throw new Error(`${SOURCE}: there is no ${wanted}`);
    return member;
  };
  for (const [name, from, to] of BROKEN) {
    const { content } = find(name);
    const at = content.indexOf(from);
    if (at < 0 || from.length !== to.length) throw new Error(`${name}: ${from} to ${to}`);
    content.write(to, at, 'latin1');
  }
  for (const [from, to] of RENAMED) rename(find(from).header, to);
  const broken = tarOf(members);
  /** @type {[offset: number, bytes: string][]} */
  const changes = [];
  for (let at = 0; at < broken.length; at++) {
    if (broken[at] === healthy[at]) continue;
    let end = at + 1;
    while (broken.compare(healthy, end, end + 8, end, end + 8) !== 0) end++;
    changes.push([at, broken.toString('base64', at, end)]);
    at = end;
  }
  const explore = execFileSync('xz', ['-dc'], { input: readFileSync(EXPLORE), maxBuffer: 2 ** 26 });
  return { healthy, changes, explore };
}
