// SPDX-License-Identifier: Apache-2.0
// Rules about config.dump and about keys, beyond their samples: what fires, where, how much it counts; and what must
// not fire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../../wasm/api/node.js';
import { reportOn } from '../lib/samples.mjs';

const core = await load();
const ID = 'c26b4cf944fed11c64803e93cc9b076dc38119cd775e2fd2a3d6f7334246b58e';
const DIGEST = `sha256:${ID}`;

const config = (values, base = 'podman', more = {}) => ({
  base,
  set: { 'config.dump': values },
  ...more,
});
const without = (pointer, base = 'podman') => ({ base, unset: { 'config.dump': [pointer] } });
const names = (...list) => list.map((name) => [name, config({ '/rootfsImageName': name }), []]);
const wrongNames = (...list) =>
  list.map((name) => [
    name,
    config({ '/rootfsImageName': name }),
    ['CKP111 warning /rootfsImageName'],
  ]);
const volume = (volumeName, dest) => ({ volumeName, dest, options: [] });
const text = (member, content, base = 'podman') => ({
  base,
  replace: [{ name: member, text: content }],
});

// [name, side, findings of the rules below as "id severity pointer" (of the file in question)]
const CASES = {
  'CKP101 CKP102': [
    ['upper-case id', config({ '/id': ID.toUpperCase() }), ['CKP101 error /id']],
    ['long id', config({ '/id': `${ID}0` }, 'cri-o'), ['CKP101 error /id']],
    ['no id', without('/id', 'containerd'), ['CKP101 error ']],
    ['null for the id', config({ '/id': null }), ['CKP101 error /id']],
    ['number for the id is told by decoding', config({ '/id': 7 }), []],
    ['no name', without('/name', 'cri-o'), ['CKP102 error ']],
    ['key in another case is found', config({ '/ID': ID }), []],
  ],
  'CKP103 CKP104 CKP105': [
    ['no time of creation', without('/createdTime'), ['CKP104 warning ']],
    [
      'the zero time',
      config({ '/createdTime': '0001-01-01T00:00:00Z' }, 'cri-o'),
      ['CKP104 warning /createdTime'],
    ],
    [
      '2012',
      config({ '/createdTime': '2012-12-31T23:59:59Z' }, 'cri-o'),
      ['CKP104 warning /createdTime'],
    ],
    ['2013', config({ '/createdTime': '2013-01-01T00:00:00Z' }), []],
    ['almost a day ahead', config({ '/createdTime': '2027-01-16T07:59:59Z' }), []],
    [
      'more than a day ahead',
      config({ '/createdTime': '2027-01-16T08:00:01Z' }),
      ['CKP104 warning /createdTime'],
    ],
    ['no time at all', config({ '/createdTime': '2024-01-28' }), ['CKP103 error /createdTime']],
    [
      'same second, earlier',
      config({ '/checkpointedTime': '2026-03-13T21:30:00.123456788Z' }, 'cri-o'),
      ['CKP105 warning /checkpointedTime'],
    ],
    ['same time', config({ '/checkpointedTime': '2026-03-13T21:30:00.123456789Z' }, 'cri-o'), []],
    [
      'other zone, same time',
      config({ '/checkpointedTime': '2026-03-13T22:30:00.123456789+01:00' }, 'cri-o'),
      [],
    ],
  ],
  'CKP106 CKP107': [
    ['Podman', {}, ['CKP106 info ']],
    [
      'the zero time',
      config({ '/checkpointedTime': '0001-01-01T00:00:00Z' }, 'cri-o'),
      ['CKP106 info /checkpointedTime'],
    ],
    [
      'restored, and known when',
      config({ '/restored': true, '/restoredTime': '2026-03-13T21:40:00Z' }, 'cri-o'),
      [],
    ],
  ],
  CKP108: [
    ...['runc', 'crun', 'youki', 'nvidia', 'nvidia-container-runtime', '/usr/sbin/runc'].map(
      (name) => [name, config({ '/runtime': name }), []],
    ),
    ['io.containerd.runc.v2', { base: 'containerd' }, []],
    ...['kata', 'io.containerd.kata.v2', 'io.containerd.runsc.v1', 'krun', '', 'crun/other'].map(
      (name) => [
        `"${name}"`,
        config({ '/runtime': name }, 'containerd'),
        ['CKP108 warning /runtime'],
      ],
    ),
    ['a handler of CRI-O', config({ '/runtime': 'fast' }, 'cri-o'), ['CKP108 info /runtime']],
    ['kata in CRI-O', config({ '/runtime': 'kata-qemu' }, 'cri-o'), ['CKP108 warning /runtime']],
    ['none', without('/runtime'), ['CKP108 warning ']],
  ],
  'CKP100 types': [
    ['text for a boolean', config({ '/createNetNS': 'yes' }), ['CKP100 error /createNetNS']],
    ['number among labels', config({ '/labels': { a: 5 } }), ['CKP100 error /labels']],
    ['null', config({ '/labels': null }), []],
    ['unknown key', config({ '/zzz': { a: [1] } }), []],
  ],
  'CKP120 CKP121': [
    ['journald', config({ '/logDriver': 'journald' }), ['CKP120 info /logDriver']],
    [
      'port',
      config({ '/newPortMappings': [{ host_port: 80 }] }),
      ['CKP121 info /newPortMappings/0/host_port'],
    ],
    ['no port of the host', config({ '/newPortMappings': [{ host_port: 0 }] }), []],
  ],
  'CKP109 CKP110': [
    [
      'upper-case id',
      config({ '/rootfsImageRef': ID.toUpperCase() }, 'cri-o'),
      ['CKP109 error /rootfsImageRef'],
    ],
    ['none in CRI-O', without('/rootfsImageRef', 'cri-o'), []],
    ['empty in CRI-O', config({ '/rootfsImageRef': '' }, 'cri-o'), []],
    ['none in containerd', without('/rootfsImageRef', 'containerd'), ['CKP110 error ']],
    [
      'tag only',
      config({ '/rootfsImageRef': 'docker.io/library/busybox:1.36' }, 'containerd'),
      ['CKP110 error /rootfsImageRef'],
    ],
    [
      'tag and digest',
      config({ '/rootfsImageRef': `docker.io/library/busybox:1.36@${DIGEST}` }, 'containerd'),
      [],
    ],
    [
      'short digest',
      config({ '/rootfsImageRef': 'docker.io/library/busybox@sha256:c26b4cf9' }, 'containerd'),
      ['CKP110 error /rootfsImageRef'],
    ],
    [
      'of containerd, for CRI-O',
      { base: 'containerd', options: { targets: ['cri-o'] } },
      ['CKP109 error /rootfsImageRef'],
    ],
    [
      'of CRI-O, for containerd',
      { base: 'cri-o', options: { targets: ['containerd'] } },
      ['CKP110 error /rootfsImageRef'],
    ],
  ],
  CKP111: [
    ...names(
      'busybox',
      'library/busybox:1.36',
      'localhost/a',
      'localhost:5000/a/b',
      'quay.io:443/x-y/a.b__c---d:V_1.2-x',
      `a@${DIGEST}`,
      `a:b@${DIGEST}`,
      '[2001:db8::1]:5000/a',
      'Host/a',
      ID,
      DIGEST,
    ),
    ...wrongNames(
      '',
      'Busybox',
      'a:',
      'a@sha256:1',
      'a b',
      'a//b',
      '/a',
      'a/',
      'a..b/c',
      'a___b',
      'a-',
      '-a',
      'a_-b',
      'https://quay.io/a',
      'q.io/A',
      'quay..io/a',
      'quay.io:/a',
      'quay.io:x/a',
      `a:${'x'.repeat(129)}`,
      'é',
    ),
    ['missing', without('/rootfsImageName'), ['CKP111 warning ']],
    [
      'an id in CRI-O',
      config({ '/rootfsImageName': ID }, 'cri-o'),
      ['CKP111 warning /rootfsImageName'],
    ],
    [
      'a directory instead of an image',
      {
        set: { 'config.dump': { '/rootfs': '/srv/root' } },
        unset: { 'config.dump': ['/rootfsImageName', '/rootfsImageID'] },
      },
      [],
    ],
  ],
  'CKP112 CKP113': [
    [
      'no id in Podman',
      without('/rootfsImageID'),
      ['CKP112 warning', 'CKP113 info'].map((f) => `${f} /rootfsImageName`),
    ],
    [
      'the digest in the name',
      {
        base: 'cri-o',
        set: { 'config.dump': { '/rootfsImageName': `quay.io/a@${DIGEST}` } },
        unset: { 'config.dump': ['/rootfsImageRef'] },
      },
      [],
    ],
    [
      'a tag for a digest',
      config({ '/rootfsImageRef': 'quay.io/a:1' }, 'containerd'),
      ['CKP112 warning /rootfsImageName'],
    ],
    ['a registry on this host', config({ '/rootfsImageName': 'localhost:5000/a' }), []],
  ],
  'CKP115 CKP116': [
    [
      'twice at one place',
      config({ '/namedVolumes': [volume('v', '/a'), volume('w', '/b'), volume('v', '/a')] }),
      ['CKP115 error /namedVolumes/2/volumeName'],
    ],
    [
      'one volume at two places',
      config({ '/namedVolumes': [volume('v', '/a'), volume('v', '/b')] }),
      ['CKP115 warning /namedVolumes/1/volumeName'],
    ],
    ['two volumes', config({ '/namedVolumes': [volume('v', '/a'), volume('w', '/b')] }), []],
    [
      'one label',
      config({ '/MountLabel': 'system_u:object_r:container_file_t:s0' }),
      ['CKP115 error /MountLabel'],
    ],
    ['an empty label', config({ '/MountLabel': '' }), []],
    ['no dependencies', config({ '/Dependencies': [] }), []],
    ['namespace of another', config({ '/netNsCtr': ID }), ['CKP116 error /netNsCtr']],
    ['namespace of another in a pod', config({ '/netNsCtr': ID, '/pod': ID }), []],
    ['not of Podman', config({ '/netNsCtr': ID, '/Dependencies': [ID] }, 'cri-o'), []],
  ],
  CKP114: [
    [
      'twice',
      text('status', '{"Version":"v1","Pid":1,"Pid":2}', 'containerd'),
      ['CKP114 warning /Pid'],
    ],
    [
      'twice by an escape',
      text('status', '{"Version":"v1","Pid":1,"P\\u0069d":2}', 'containerd'),
      ['CKP114 warning /Pid'],
    ],
    [
      'wrong case, in structs inside',
      text(
        'spec.dump',
        '{"ociVersion":"1.0.2","process":{"Cwd":"/"},"linux":{"namespaces":[{"Type":"pid"}]}}',
      ),
      ['CKP114 warning /process/Cwd', 'CKP114 warning /linux/namespaces/0/Type'],
    ],
    [
      'letters that fold to s and k',
      text(
        'spec.dump',
        '{"ociVersion":"1.0.2","hoſtname":"a","procesS":{},"linux":{"maskedPathſ":[],"mas\u212aedPaths":[]}}',
      ),
      [
        'CKP114 warning /hoſtname',
        'CKP114 warning /procesS',
        'CKP114 warning /linux/maskedPathſ',
        'CKP114 warning /linux/mas\u212aedPaths',
      ],
    ],
    [
      'İ and ı are other letters',
      text('status', '{"Version":"v1","Pıd":1,"PİD":1}', 'containerd'),
      [],
    ],
    [
      'unknown fields that fold alike',
      text('status', '{"Version":"v1","New":1,"new":2}', 'containerd'),
      ['CKP114 warning /new'],
    ],
    [
      'keys of maps may differ by case, but not come twice',
      text('spec.dump', '{"ociVersion":"1.0.2","annotations":{"a":"1","A":"2","a":"3"}}'),
      ['CKP114 warning /annotations/a'],
    ],
    [
      'what no table describes',
      text('config.dump', '{"id":"x","labels":{"a":"1","A":"2"},"x":[{"y":{"z":1,"z":2}}]}'),
      ['CKP114 warning /x/0/y/z'],
    ],
    [
      'fields of Podman, and the spec in its configuration',
      text('config.dump', '{"id":"x","lockID":1,"dependencies":null,"spec":{"Process":{}}}'),
      ['CKP114 warning /dependencies', 'CKP114 warning /spec/Process'],
    ],
    [
      'files without tables',
      text('status.dump', '{"id":"x","Image_Ref":"y","labels":{"a":"1","a":"1"}}', 'containerd'),
      ['CKP114 warning /Image_Ref', 'CKP114 warning /labels/a'],
    ],
    [
      'lists without tables',
      text('bind.mounts', '[{"Source":"/a","destination":"/b","destination":"/c"}]', 'cri-o'),
      ['CKP114 warning /0/Source', 'CKP114 warning /0/destination'],
    ],
    [
      'networks',
      text(
        'network.status',
        '{"Podman":{"Interfaces":{"eth0":{},"ETH0":{},"eth0":{}}},"podman":{}}',
      ),
      ['CKP114 warning /Podman/Interfaces', 'CKP114 warning /Podman/Interfaces/eth0'],
    ],
    ['Podman 3', text('network.status', '[{"Interfaces":[],"interfaces":[]}]'), []],
  ],
};

for (const [rules, cases] of Object.entries(CASES))
  for (const [name, side, expected] of cases)
    test(`${rules}: ${name}`, async () => {
      const { findings } = await reportOn(core, side);
      assert.deepEqual(
        findings
          .filter(({ id }) => rules.includes(id))
          .map(({ id, severity, pointer }) => `${id} ${severity} ${pointer}`),
        expected,
      );
    });

test('a key that comes twice is told with the first one', async () => {
  const { findings } = await reportOn(core, text('status', '{\n"Pid":1,\n"pid":2}', 'containerd'));
  const { message, line, column, length, related } = findings.find(({ id }) => id === 'CKP114');
  assert.match(message, /"pid" is spelled differently from "Pid"/);
  assert.deepEqual([line, column, length], [3, 1, 5]);
  assert.deepEqual(
    related.map((place) => [place.member, place.pointer, place.line]),
    [['status', '/Pid', 2]],
  );
});

test('one key of 400,000 that is spelt otherwise is found: in linear time, or this would take hours', () => {
  const keys = Array.from({ length: 400_000 }, (_, i) => `"\\u006bey${i}":0`);
  const bytes = Buffer.from(`{${keys.join(',')},"key7":1}`);
  const { counts, findings } = core.validate({ 'status.dump': bytes }, { only: ['CKP114'] });
  assert.deepEqual([counts.warning, findings[0].pointer], [1, '/key7']);
});

test('a million keys that come twice are counted, and few are listed', () => {
  const bytes = Buffer.from(`{${'"a":0,'.repeat(1_000_000)}"b":0}`);
  const { counts, findings } = core.validate({ 'status.dump': bytes }, { only: ['CKP114'] });
  assert.deepEqual([counts.warning, findings.length], [999_999, 100]);
});

test('metadata that are too large to be looked at are not missing', async () => {
  for (const [base, name] of [
    ['podman', 'config.dump'],
    ['cri-o', 'spec.dump'],
  ]) {
    const report = await reportOn(core, { base, replace: [{ name, size: 17 << 20 }] });
    const serious = report.findings.filter(({ severity }) => severity === 'error');
    assert.deepEqual(serious, []);
    assert.ok(report.findings.some(({ id, member }) => id === 'CKP012' && member === name));
    if (base !== 'podman') continue;
    assert.equal(report.targets.find((target) => target.name === base).verdict, 'unknown');
  }
});

test('pointers into large objects and arrays are right in any order', () => {
  const list = (value) => Array.from({ length: 40 }, () => value);
  const volumes = list(0).map((_, i) => ({ volumeName: `v${i % 20}`, dest: `/d${i % 20}` }));
  const bytes = Buffer.from(JSON.stringify({ namedVolumes: volumes, spec: {}, lockID: 1 }));
  const { findings } = core.validate(
    { 'config.dump': bytes },
    { only: ['CKP115'], targets: ['podman'] },
  );
  assert.deepEqual(
    findings.map(({ pointer, related }) => [pointer, related[0].pointer]),
    list(0)
      .slice(20)
      .map((_, i) => [`/namedVolumes/${i + 20}/volumeName`, `/namedVolumes/${i}/volumeName`]),
  );
});
