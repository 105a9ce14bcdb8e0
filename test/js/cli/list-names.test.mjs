// SPDX-License-Identifier: Apache-2.0
// The kubelet's names for checkpoints, and times as "ckpt list" shows them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkpointTime, parseKubeletName, rfc822 } from '../../../wasm/cli/kubelet.js';

test('names of the kubelet', () => {
  const time = '2026-03-31T05:16:12Z';
  for (const [
    name,
    known,
    expected,
  ] of /** @type {[string, object | undefined, object | null][]} */ ([
    [
      `checkpoint-web_default-nginx-${time}.tar`,
      undefined,
      { pod: 'web', namespace: 'default', container: 'nginx', time },
    ],
    // Dashes in both: only what is known can part them.
    [`checkpoint-a-b_team-a-test-app-${time}.tar`, undefined, { pod: 'a-b', time }],
    [
      `checkpoint-a-b_team-a-test-app-${time}.tar`,
      { namespace: 'team-a' },
      { pod: 'a-b', namespace: 'team-a', container: 'test-app', time },
    ],
    [
      `checkpoint-a-b_team-a-test-app-${time}.tar`,
      { name: 'app' },
      { pod: 'a-b', namespace: 'team-a-test', container: 'app', time },
    ],
    [
      `checkpoint-a-b_team-a-test-app-${time}.tar`,
      { namespace: 'x', name: 'y' },
      { pod: 'a-b', time },
    ],
    // Zones, as browsers save them, and copies.
    [
      'checkpoint-p_n-c-2026-03-31T05:16:12+02:00.tar',
      undefined,
      { pod: 'p', namespace: 'n', container: 'c', time: '2026-03-31T05:16:12+02:00' },
    ],
    [
      'checkpoint-p_n-c-2026-03-31T05_16_12-03_30.tar.gz',
      undefined,
      { pod: 'p', namespace: 'n', container: 'c', time: '2026-03-31T05:16:12-03:30' },
    ],
    [
      'checkpoint-p_n-c-2026-03-31T051612Z (1).tar',
      undefined,
      { pod: 'p', namespace: 'n', container: 'c', time },
    ],
    ['checkpoint-x.tar', undefined, null],
    ['checkpoint-p_n-c.tar', undefined, null],
    [`checkpoint_p_n-c-${time}.tar`, undefined, null],
    [`checkpoint-p_n-c-${time}x.tar`, undefined, null],
  ]))
    assert.deepEqual(parseKubeletName(name, known), expected, name);
});

test('times in the form of RFC 822', () => {
  for (const [time, text] of [
    ['2024-02-09T11:01:59Z', '09 Feb 24 11:01 UTC'],
    ['2024-12-31T23:59:00.123456789+02:00', '31 Dec 24 23:59 +0200'],
    ['2024-01-01T00:00:00-03:30', '01 Jan 24 00:00 -0330'],
    ['2024-01-01T00:00:00+00:00', '01 Jan 24 00:00 UTC'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])
    assert.equal(rfc822(time), text);
});

test('the time of the newest image', () => {
  const member = (/** @type {string} */ name, /** @type {number} */ mtime, type = 'file') =>
    /** @type {any} */ ({ name, mtime, type });
  assert.equal(
    checkpointTime([
      member('checkpoint', 1773437500, 'directory'),
      member('checkpoint/a.img', 1773437400),
      member('checkpoint/b.img', 1773437300),
      member('rootfs-diff.tar', 1773437999),
      member('checkpoint-notes/x', 1773437999),
    ]),
    '2026-03-13T21:30:00.000Z',
  );
  assert.equal(checkpointTime([member('pre-checkpoint/a.img', 1)]), '1970-01-01T00:00:01.000Z');
  assert.equal(checkpointTime([member('checkpoint/a.img', 1e17)]), undefined);
  assert.equal(checkpointTime([]), undefined);
});
