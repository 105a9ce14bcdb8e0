// SPDX-License-Identifier: Apache-2.0
// Verdicts on incremental checkpoints with those before them: Podman's pair, a chain of folders, and what does not fit.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { data as archives } from '../lib/checkpoints.mjs';
import { fileOf } from '../lib/dumps.mjs';
import { tarOf } from '../lib/samples.mjs';

const core = await load();
const open = (/** @type {string | Uint8Array} */ source, name) =>
  openCheckpoint(typeof source === 'string' ? join(archives, source) : source, { name });
const [PRE, FINAL] = ['pre-checkpoint-gzip.tar.gz', 'with-previous-gzip.tar.gz'];
const final = await open(FINAL, FINAL);
const pre = await open(PRE, PRE);

/** The members of a checkpoint, to be changed and written again. @param {any} checkpoint */
async function membersOf(checkpoint) {
  const members = [];
  for (const { name, type, link, mode } of checkpoint.members) {
    const whole = type === 'file' ? Buffer.from(await checkpoint.read(name)) : Buffer.alloc(0);
    members.push({ name, type, link, mode, data: whole });
  }
  return members;
}

const finalMembers = await membersOf(final);
const preMembers = await membersOf(pre);
/** An archive like one of these. @param {any[]} members @param {string} name @param {(member: any) => any} [change] null: left out */
const changed = (members, name, change = (member) => member) =>
  open(tarOf(members.map((member) => change({ ...member })).filter(Boolean)), name);

/** What a report says about dumps before. @param {any} checkpoint @param {any} [previous] */
async function judged(checkpoint, previous) {
  const { findings, targets, coverage } = await core.validate(checkpoint, { previous });
  const of = (/** @type {string} */ name) => targets.find((each) => each.name === name);
  const about = (/** @type {string} */ name) => ({
    stops: of(name).reasons.filter(({ id }) => id === 'CKP512').length,
    asks: of(name).conditions.filter(({ id }) => id === 'parent'),
  });
  return {
    found: findings.filter(({ id }) => id === 'CKP512'),
    podman: about('podman'),
    runc: about('runc'),
    crio: about('cri-o'),
    verdict: of('podman').verdict,
    notChecked: coverage.notChecked.map(({ what }) => what),
  };
}

test('alone, an incremental checkpoint does not restore, and says how many pages are elsewhere', async () => {
  const { found, podman, runc, verdict } = await judged(final);
  assert.equal(found.length, 1);
  const [{ severity, member, message, archiveOffset }] = found;
  assert.deepEqual([severity, member], ['error', 'checkpoint/parent']);
  assert.match(message, /^\d+ pages are in the checkpoint before, which is not in this archive\.$/);
  assert.ok(archiveOffset !== null);
  assert.deepEqual([podman.stops, runc.stops, verdict], [1, 1, 'fails']);
});

test('with the one before it, Podman restores both together, and runc from where the link leads', async () => {
  for (const previous of [pre, [pre]]) {
    const { found, podman, runc, crio } = await judged(final, previous);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['info'],
    );
    assert.match(found[0].message, /all were found there\. Podman, runc and crun can restore/);
    assert.ok(found[0].message.includes(PRE));
    assert.deepEqual([podman.stops, runc.stops, crio.stops], [0, 0, 1]);
    assert.equal(podman.asks[0].option, '--import-previous');
    assert.ok(podman.asks[0].text.includes(PRE));
    assert.match(runc.asks[0].text, /^The images of .* at \.\.\/pre-checkpoint, seen from /);
    assert.equal(podman.asks[0].evidence.member, 'checkpoint/parent');
  }
});

const PAGES = /^pre-checkpoint\/pages-\d+\.img$/;
const MAPS = /^pre-checkpoint\/pagemap-\d+\.img$/;
/** A page map of which all is stored. @param {Buffer} image its entries end in flags (0x20) and number of pages (0x28) */
function stored(image) {
  const parts = [image.subarray(0, 8)];
  for (let at = 8, end; at < image.length; at = end) {
    end = at + 4 + image.readUInt32LE(at);
    const entry = Buffer.from(image.subarray(at + 4, end));
    const flags = entry.length - 4;
    if (at > 8 && entry[flags] === 0x20) entry[flags + 1] = 4; // PE_PRESENT
    const size = Buffer.alloc(4);
    size.writeUInt32LE(entry.length);
    parts.push(size, entry);
  }
  return Buffer.concat(parts);
}

/** A page map with its entries, but for the head, from the last to the first. @param {Buffer} image */
function backwards(image) {
  const entries = [];
  for (let at = 8, end; at < image.length; at = end) {
    end = at + 4 + image.readUInt32LE(at);
    entries.push(image.subarray(at, end));
  }
  const [head, ...rest] = entries;
  return Buffer.concat([image.subarray(0, 8), head, ...rest.reverse()]);
}

/** What is no dump before this one. @type {[what: string, make: () => Promise<any>, says: RegExp][]} */
const WRONG = [
  ['itself', async () => final, /was not made before the checkpoint that needs it/],
  [
    'one of another container',
    () => open('simple-none.tar', 'other'),
    /other is a checkpoint of another container/,
  ],
  [
    'one that lost a page map',
    () => changed(preMembers, 'less', (member) => (MAPS.test(member.name) ? null : member)),
    /pages, the first at 0x[0-9a-f]+, are to be in less, which does not have them/,
  ],
  [
    'one that lost its pages',
    () => changed(preMembers, 'none', (member) => (PAGES.test(member.name) ? null : member)),
    /of none, which has 0 bytes; \d+ are needed/,
  ],
  [
    'one whose pages were cut',
    () =>
      changed(preMembers, 'cut', (member) =>
        PAGES.test(member.name) ? { ...member, data: member.data.subarray(0, 4096) } : member,
      ),
    /of cut, which has 4096 bytes; \d+ are needed/,
  ],
  ...[
    ['ends in a broken entry', [3, 0, 0, 0, 255, 255, 255], /is damaged, and CRIU reads all of it/],
    ['ends within an entry', [5, 0, 0, 0], /is damaged, and CRIU reads all of it/],
  ].map(([what, tail, says]) => [
    `one whose page map ${what}`,
    () =>
      changed(preMembers, 'tail', (member) =>
        member.name === 'pre-checkpoint/pagemap-1.img'
          ? { ...member, data: Buffer.concat([member.data, Buffer.from(tail)]) }
          : member,
      ),
    says,
  ]),
  [
    'one whose page map goes backwards',
    () =>
      changed(preMembers, 'back', (member) =>
        member.name === 'pre-checkpoint/pagemap-1.img'
          ? { ...member, data: backwards(member.data) }
          : member,
      ),
    /pagemap-1\.img of back: the entries are not in the order/,
  ],
  [
    'one that attacks the host',
    () =>
      open(
        tarOf([
          ...preMembers,
          {
            name: '../../etc/cron.d/x',
            type: 'file',
            link: '',
            mode: 0o644,
            data: Buffer.from('x'),
          },
        ]),
        'evil',
      ),
    /evil is hostile: .* It would be unpacked, too\.$/,
  ],
  [
    'what is no checkpoint',
    () =>
      open(
        tarOf([{ name: 'x', type: 'file', link: '', mode: 0o644, data: Buffer.from('x') }]),
        'none',
      ),
    /none is no checkpoint: it holds no images of CRIU/,
  ],
  [
    'one that goes on from another itself',
    () =>
      open(
        tarOf([
          ...preMembers,
          { name: 'pre-checkpoint/parent', type: 'symlink', link: '../pre-0', mode: 0o777 },
        ]),
        'second',
      ),
    /second goes on from another checkpoint before it, which was not given/,
  ],
];

for (const [what, make, says] of WRONG)
  test(`${what} does not make it restore`, async () => {
    const { found, podman, runc, verdict } = await judged(final, await make());
    assert.ok(
      found.some(({ severity, message }) => severity === 'error' && says.test(message)),
      found.map(({ message }) => message).join('\n'),
    );
    assert.ok(podman.stops > 0 && runc.stops > 0);
    assert.deepEqual([podman.asks, runc.asks, verdict], [[], [], 'fails']);
  });

test('CRIU opens the page map before of each process, whether pages are left to it or not', async () => {
  const plain = await changed(finalMembers, 'plain', (member) =>
    member.name === 'checkpoint/pagemap-7.img' ? { ...member, data: stored(member.data) } : member,
  );
  const alone = await core.validate(plain);
  assert.ok(
    alone.findings.some(({ message }) => /^\d+ pages are in the checkpoint before/.test(message)),
  );
  for (const data of [Buffer.from('garbage!garbage'), Buffer.alloc(0)]) {
    const broken = await changed(preMembers, 'broken', (member) =>
      member.name === 'pre-checkpoint/pagemap-7.img' ? { ...member, data } : member,
    );
    const { found, podman } = await judged(plain, broken);
    assert.ok(
      found.some(({ message }) => /pagemap-7\.img of broken is damaged/.test(message)),
      found.map(({ message }) => message).join(),
    );
    assert.ok(podman.stops > 0);
  }
});

test('an attack in the one before is one', async () => {
  const evil = await open(
    tarOf([
      ...preMembers,
      { name: '../../etc/cron.d/x', type: 'file', link: '', mode: 0o644, data: Buffer.from('x') },
    ]),
    'evil',
  );
  assert.equal((await core.validate(final)).trust.level, 'clean');
  assert.equal((await core.validate(final, { previous: evil })).trust.level, 'hostile');
});

test('of a suspicious one before nobody can tell', async () => {
  const link = {
    name: 'pre-checkpoint/pagemap-1.img',
    type: 'symlink',
    link: '/dev/null',
    mode: 0o777,
  };
  const odd = await open(tarOf([...preMembers, link]), 'odd');
  assert.equal((await core.validate(odd)).trust.level, 'suspicious');
  const { trust } = await core.validate(final, { previous: odd });
  const { verdict, notChecked, found } = await judged(final, odd);
  assert.deepEqual([trust.level, verdict], ['suspicious', 'unknown']);
  assert.ok(notChecked.includes('odd'));
  assert.ok(found.every(({ severity }) => severity !== 'error'));
});

test('damage in the one before is damage; a limit of reading is none, and then nobody can tell', async () => {
  const whole = tarOf(preMembers);
  const damaged = await open(whole.subarray(0, whole.length - 3000), 'damaged');
  assert.equal(damaged.error?.stop, 'damage');
  const { found } = await judged(final, damaged);
  assert.ok(found.some(({ message }) => /damaged is damaged/.test(message)));
  const limited = await openCheckpoint(whole, {
    name: 'long',
    limits: { maxMembers: preMembers.length - 1 },
  });
  assert.equal(limited.error?.stop, 'limit');
  const { found: none, notChecked } = await judged(final, limited);
  assert.ok(none.every(({ message }) => !/is damaged/.test(message)));
  assert.ok(notChecked.includes('long'), notChecked.join());
});

test('what Podman would not look for is not for Podman', async () => {
  const elsewhere = await changed(finalMembers, 'elsewhere', (member) =>
    member.name === 'checkpoint/parent' ? { ...member, link: '../dump-1' } : member,
  );
  const { podman, runc, found } = await judged(elsewhere, pre);
  assert.deepEqual([podman.stops, podman.asks.length, runc.stops], [1, 0, 0]);
  assert.match(runc.asks[0].text, / at \.\.\/dump-1, seen from /);
  assert.ok(
    found.some(({ message }) => /^Podman restores a checkpoint with one before it/.test(message)),
  );
});

test('both in one archive are taken together: nothing has to be arranged, unless pages are missing', async () => {
  const images = preMembers.filter(({ name }) => name.startsWith('pre-checkpoint/'));
  const both = await changed([...finalMembers, ...images], 'both');
  const { found, podman, crio } = await judged(both);
  assert.deepEqual([found, podman.stops, podman.asks, crio.stops], [[], 0, [], 0]);
  const dump = await both.dump({ texts: false });
  assert.ok(
    [...dump.memory.segments(dump.memory.pids[0])].every(({ place }) => place !== 'previous'),
  );
  dump.close();
  const less = await changed([...finalMembers, ...images], 'less', (member) =>
    MAPS.test(member.name) ? null : member,
  );
  const { found: missing, podman: stopped } = await judged(less);
  assert.match(missing[0].message, /are to be in pre-checkpoint\/, which does not have them/);
  assert.ok(stopped.stops > 0);
  // A link to somewhere else does not lead there.
  const other = await changed([...finalMembers, ...images], 'other', (member) =>
    member.name === 'checkpoint/parent' ? { ...member, link: '../pre' } : member,
  );
  assert.match((await judged(other)).found[0].message, /which is not in this archive/);
});

test('a longer chain needs all of it, in order', async () => {
  const all = await openCheckpoint(fileOf('chain-plain', 'chain-dirs.tar.zst'));
  /** @type {Map<string, any[]>} */
  const folders = new Map();
  for (const member of await membersOf(all)) {
    const [folder, ...rest] = member.name.split('/');
    if (rest.join('/') === '') continue;
    const list = folders.get(folder) ?? [];
    list.push({ ...member, name: rest.join('/') });
    folders.set(folder, list);
  }
  const [first, second, last] = await Promise.all(
    ['1', '2', '3'].map((name) => changed(folders.get(name) ?? [], name)),
  );
  const good = await judged(last, [second, first]);
  assert.deepEqual(
    [good.runc.stops, good.runc.asks.length, good.podman.asks.length],
    [0, 2, 0],
    good.found.map(({ message }) => message).join('\n'),
  );
  assert.match(
    good.found.map(({ message }) => message).join('\n'),
    /in the checkpoints before, 2 and earlier/,
  );
  const short = await judged(last, [second]);
  assert.ok(
    short.found.some(({ message }) => /2 goes on from another checkpoint before it/.test(message)),
  );
  const swapped = await judged(last, [first, second]);
  assert.match(
    swapped.found[0].message,
    /^1 goes on from no other checkpoint, but more were given/,
  );
});

test('previous is checked', async () => {
  for (const previous of [1, 'x', {}, [pre, 2]])
    await assert.rejects(
      async () => core.validate(final, { previous }),
      /previous: expected checkpoints/,
      String(previous),
    );
});
