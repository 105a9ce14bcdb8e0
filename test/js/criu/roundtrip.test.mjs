// SPDX-License-Identifier: Apache-2.0
// Every image of every dump in test/data, decoded and encoded again: the same bytes. test/tools/images_roundtrip.mjs does
// it for dumps that are given. Which types of images no dump here has is listed, so that a new type gets a sample or is
// seen to have none.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { images } from '../../../dist/criu-tables.js';
import { load } from '../../../wasm/api/node.js';
import { data } from '../lib/cli-run.mjs';
import { goRound, imagesOf } from '../lib/roundtrip.mjs';

const ckpt = await load();
const archives = ['dumps', 'memory', 'criu'].flatMap((folder) =>
  readdirSync(join(data, folder), { recursive: true })
    .map((name) => join(data, folder, String(name)))
    .filter((path) => path.endsWith('.tar.zst'))
    .sort(),
);

/** Types of the table that no real dump here has. */
const WITHOUT_SAMPLE = {
  'one image for each type of open file, before files.img': [
    ...['REG_FILES', 'NS_FILES', 'EVENTFD_FILE', 'EVENTPOLL_FILE', 'SIGNALFD', 'INOTIFY_FILE'],
    ...['FANOTIFY_FILE', 'PIPES', 'FIFO', 'UNIXSK', 'INETSK', 'PACKETSK', 'NETLINK_SK'],
    ...['TTY_FILES', 'TUNFILE', 'TIMERFD', 'EXT_FILES', 'BPFMAP_FILE', 'PIDFD'],
  ],
  'once an image of its own, now part of another': [
    ...['EVENTPOLL_TFD', 'INOTIFY_WD', 'FANOTIFY_MARK', 'VMAS', 'SIGACT', 'ITIMERS', 'RLIMIT'],
    ...['POSIX_TIMERS', 'CREDS', 'SIGNAL', 'PSIGNAL', 'SHM_PAGES_OLD', 'TMPFS_IMG'],
    'BINFMT_MISC_OLD',
  ],
  'of what the dumped programs and their machine did not have': [
    ...['APPARMOR', 'AUTOFS', 'BINFMT_MISC', 'NETNF_CT', 'NETNF_EXP', 'PIDNS'],
    ...['AMDGPU_KFD', 'AMDGPU_RENDER', 'AMDGPU_DMABUF', 'AMDGPU_PAGES', 'AMDGPU_DRM_PAGES'],
  ],
  'written by a restore': ['STATS_RESTORE'],
  'only in drafts': ['CIPHER', 'LUO_METADATA'],
};

const found = new Map();
for (const path of archives)
  test(`${path.slice(data.length)}: the same bytes`, async () => {
    let count = 0;
    for await (const { path: member, name, bytes, info } of imagesOf(ckpt, path)) {
      found.set(info.kind, (found.get(info.kind) ?? 0) + 1);
      count++;
      if (!info.raw) assert.deepEqual(goRound(ckpt, name, bytes), [], member);
    }
    assert.ok(count > 5, `${count} images`);
  });

test('every type of the table has a sample, or is known to have none', () => {
  const without = images
    .map(({ kind }) => kind)
    .filter((/** @type {string} */ kind) => !found.has(kind));
  assert.deepEqual(without.sort(), Object.values(WITHOUT_SAMPLE).flat().sort());
});
