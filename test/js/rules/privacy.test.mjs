// SPDX-License-Identifier: Apache-2.0
// Rules about secrets, hostile texts and details of the host, beyond their samples; and that no report leaks a secret.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { build, reportOn } from '../lib/samples.mjs';

const core = await load();
const spec = (values, base = 'podman', more = {}) => ({
  base,
  set: { 'spec.dump': values },
  ...more,
});
const env = (text, base) => spec({ '/process/env': [text] }, base);
const annotation = (key, value, base) =>
  spec({ [`/annotations/${key.replaceAll('/', '~1')}`]: value }, base);

// Put together here, so that no scanner of repositories takes them for real ones.
const join = (...parts) => parts.join('');
const JWT = join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'dozjgNryP4J3jVmNHl0w5N');
const KEY = join('-----BEGIN EC PRIVATE', ' KEY-----\nMHcCAQEEIB\n-----END EC PRIVATE KEY-----');

// [variable, what is told of it; nothing: no secret]
const VARIABLES = [
  ['DB_PASSWORD=s3cr3t-pass', 'DB_PASSWORD=•••'],
  ['PGPASSWORD=x', 'PGPASSWORD=•••'],
  ['MYSQL_ROOT_PASSWORD=pass=word', 'MYSQL_ROOT_PASSWORD=•••'],
  ['dbPassword=abc', 'dbPassword=•••'],
  ['SMTP_PASS=abc', 'SMTP_PASS=•••'],
  ['API_KEY=abcdef', 'API_KEY=•••'],
  ['APIKEY=abcdef', 'APIKEY=•••'],
  ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'AWS_SECRET_ACCESS_KEY=•••'],
  ['SECRET_KEY_BASE=0123456789abcdef', 'SECRET_KEY_BASE=•••'],
  ['VAULT_TOKEN=hvs.CAES', 'VAULT_TOKEN=•••'],
  ['GOOGLE_CREDENTIALS={"a":1}', 'GOOGLE_CREDENTIALS=•••'],
  ['CONFIG={"db":{"password":"abc"}}', 'password=•••'],
  ['DATABASE_URL=postgres://app:hunter2@db:5432/app', 'a password in a URL: •••'],
  ['REDIS=redis://:hunter2@cache', 'a password in a URL: •••'],
  ['JDBC=jdbc:mysql://db/app?user=a&password=hunter2&ssl=1', 'password=•••'],
  ['CONNECTION=Server=db;User=sa;Password=hunter2;', 'Password=•••'],
  [`ID_DATA=${JWT}`, 'a JSON web token: •••'],
  [`TLS=${KEY}`, 'a private key: •••'],
  [join('X=AK', 'IAIOSFODNN7REALKEY'), 'an access key of AWS: •••'],
  [join('X=gh', 'p_abcdefghijklmnopqrstuvwxyz0123456789'), 'a token of GitHub: •••'],
  [join('X=xo', 'xb-123456789012-abcdefghij'), 'a token of Slack: •••'],
  [join('X=AI', 'zaSyA1234567890abcdefghijklmnopqrstuv'), 'an API key of Google: •••'],
  [join('X=sk', '_live_abcdefghijklmnop'), 'a key of Stripe: •••'],
  ['PASSWORD_FILE=/run/secrets/x'],
  ['PASSWORD=/run/secrets/x'],
  ['SECRET_NAME=db'],
  ['TOKEN_TTL=3600'],
  ['TOKEN_URL=https://auth.example/token'],
  ['DB_PASSWORD='],
  ['DB_PASSWORD=907'],
  ['DB_PASSWORD=9075', 'DB_PASSWORD=•••'],
  ['DB_PASSWORD=$(DB_PASSWORD_REF)'],
  ['DB_PASSWORD=${OTHER}'],
  ['DB_PASSWORD=********'],
  ['DB_PASSWORD=xxxx'],
  ['MYSQL_ALLOW_EMPTY_PASSWORD=yes'],
  ['CORS_ALLOW_CREDENTIALS=true'],
  ['MAX_TOKENS=4096'],
  ['TOKENIZERS_PARALLELISM=false'],
  ['GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D'],
  ['AWS_ACCESS_KEY_ID='],
  ['PWD=/root'],
  ['PWD=root'],
  ['BYPASS=1234'],
  ['COMPASS=north'],
  ['KEYBOARD=us'],
  ['SSH_AUTH_SOCK=/tmp/agent'],
  ['URL=https://user@host/'],
  ['URL=https://host:8080/a@b'],
  ['URL=https://user:$PASS@host/'],
  ['PATH=/usr/local/sbin:/usr/local/bin'],
  ['PS1=\\u@\\h:\\w\\$ '],
  [join('X=AK', 'IAIOSFODNN7')],
  [join('X=AK', 'IAIOSFODNN7EXAMPLE')],
  ['X=eyJhbGciOiJIUzI1NiJ9'],
];

const secrets = (report) => report.findings.filter(({ id }) => id === 'CKP800');
const told = (report) =>
  secrets(report).map(({ message }) => message.replace(/^\S+ holds (.*)\.$/u, '$1'));

for (const [variable, expected] of VARIABLES)
  test(`CKP800: ${variable.slice(0, 60)}`, async () => {
    const report = await reportOn(core, env(variable));
    assert.deepEqual(told(report), expected === undefined ? [] : [expected]);
    if (expected === undefined) return;
    const [finding] = secrets(report);
    assert.equal(finding.pointer, '/process/env/0');
    assert.equal(finding.severity, 'warning');
  });

// [name, side, findings "pointer what"]
const PLACES = [
  [
    'CreateCommand and the original spec',
    {
      set: {
        'config.dump': {
          '/CreateCommand': [
            'podman',
            'run',
            '-e',
            'DB_PASSWORD=abc',
            '--env=TOKEN=a b',
            '--secret',
            'db-1',
            'x',
          ],
          '/spec/process/env/0': 'DB_PASSWORD=abc',
        },
      },
    },
    [
      '/spec/process/env/0 DB_PASSWORD=•••',
      '/CreateCommand/3 DB_PASSWORD=•••',
      '/CreateCommand/4 TOKEN=•••',
    ],
  ],
  [
    'arguments',
    spec({
      '/process/args': ['app', '--password', 'abc', '--token=def', '--secret', 'db', '--user', 'x'],
    }),
    ['/process/args/2 password=•••', '/process/args/3 token=•••'],
  ],
  [
    'a script',
    spec({
      '/process/args': [
        'sh',
        '-c',
        'PASSWORD=$(cat /run/secrets/x); TOKEN=; token=get_token(); [ "$TOKEN" = x ]; export API_KEY=abc; run',
      ],
    }),
    ['/process/args/2 API_KEY=•••'],
  ],
  [
    'variables in the manifest that kubectl keeps',
    annotation(
      'kubectl.kubernetes.io/last-applied-configuration',
      JSON.stringify({
        spec: {
          containers: [
            {
              env: [
                { name: 'APP', value: 'x' },
                { name: 'DB_PASSWORD', value: 'abc' },
                {
                  name: 'REF_PASSWORD',
                  valueFrom: { secretKeyRef: { key: 'password', name: 'db-secret' } },
                },
              ],
            },
          ],
          volumes: [{ secret: { secretName: 'db-secret' } }],
        },
      }),
      'cri-o',
    ),
    ['/annotations/kubectl.kubernetes.io~1last-applied-configuration DB_PASSWORD=•••'],
  ],
  [
    'JSON in JSON',
    annotation(
      'io.kubernetes.cri-o.Annotations',
      JSON.stringify({ a: JSON.stringify({ password: 'abc' }) }),
      'cri-o',
    ),
    ['/annotations/io.kubernetes.cri-o.Annotations password=•••'],
  ],
  [
    'keys of annotations',
    spec({
      '/annotations/example.com~1api-token': 'abc',
      '/annotations/checksum~1secret':
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '/annotations/nginx.ingress.kubernetes.io~1auth-secret': 'basic-auth',
      '/annotations/vault.hashicorp.com~1agent-inject-secret-db': 'secret/data/db',
      '/annotations/vault.hashicorp.com~1agent-inject-token': 'true',
    }),
    ['/annotations/example.com~1api-token example.com/api-token=•••'],
  ],
  [
    'labels',
    { set: { 'config.dump': { '/labels': { 'db.password': 'abc', app: 'x' } } } },
    ['/labels/db.password db.password=•••'],
  ],
  [
    'variables that Podman filled from its secrets',
    {
      set: {
        'config.dump': { '/secret_env': { WHATEVER: { name: 'one', ID: 'abc' } } },
        'spec.dump': { '/process/env': ['WHATEVER=hunter2', 'OTHER=1'] },
      },
    },
    ['/process/env/0 WHATEVER=•••'],
  ],
];

for (const [name, side, expected] of PLACES)
  test(`CKP800: ${name}`, async () => {
    const report = await reportOn(core, side);
    assert.deepEqual(
      secrets(report).map(
        ({ pointer, message }) => `${pointer} ${message.replace(/^\S+ holds (.*)\.$/u, '$1')}`,
      ),
      expected,
    );
  });

test('values are shown when asked for', async () => {
  const report = await reportOn(core, env('DB_PASSWORD=s3cr3t-pass'), { reveal: true });
  assert.deepEqual(told(report), ['DB_PASSWORD=s3cr3t-pass']);
});

// Whatever is wrong with a variable, its value is not told.
const LEAKS = {
  'no variable': env('hunter2'),
  'no array': spec({ '/process/env': 'DB_PASSWORD=hunter2' }),
  'an object': spec({ '/process/env': { DB_PASSWORD: 'hunter2' } }),
  'an object in the array': spec({ '/process/env': [{ DB_PASSWORD: 'hunter2' }] }),
  'control characters': env('NAME=\u001bhunter2'),
  'in a hook': spec({ '/hooks': { prestart: [{ path: '/bin/x', env: ['hunter2'] }] } }),
  'in a path': spec({ '/process/cwd': 'PASSWORD=hunter2' }),
  'in a URL': spec({ '/root/path': '', '/hostname': 'http://a:hunter2@b' }),
  'in an annotation': annotation(
    'io.kubernetes.cri-o.Annotations',
    '{"password":"hunter2"',
    'cri-o',
  ),
  'as a string of a wrong type': spec({ '/mounts': 'PASSWORD=hunter2' }),
  'in the name of a member': { add: [{ name: 'PASSWORD=hunter2/../x', text: '' }] },
};
for (const [name, side] of Object.entries(LEAKS))
  test(`nothing leaks: ${name}`, async () => {
    const report = await reportOn(core, side);
    assert.ok(report.findings.some(({ severity }) => severity !== 'info'));
    for (const { message, found, expected, hint, related } of report.findings)
      assert.doesNotMatch(JSON.stringify([message, found, expected, hint, related]), /hunter2/);
    for (const { reasons } of report.targets)
      for (const { message } of reasons) assert.doesNotMatch(message, /hunter2/);
  });

// [name, values of spec.dump, pointers]
const DECEIVING = [
  ['escape in a variable', { '/process/env/0': 'A=\u001b[2J' }, ['/process/env/0']],
  ['direction in an argument', { '/process/args/0': 'a\u202eb' }, ['/process/args/0']],
  ['C1 in an annotation', { '/annotations/a': '\u009b1m' }, ['/annotations/a']],
  ['key of an annotation', { '/annotations/a\u2066b': 'x' }, ['/annotations/a\u2066b']],
  ['line feed in a key', { '/annotations/a\nb': 'x' }, ['/annotations/a\nb']],
  ['line feed in a host name', { '/hostname': 'a\nb' }, ['/hostname']],
  ['line feed in a mount', { '/mounts/0/destination': '/a\nb' }, ['/mounts/0/destination']],
  ['lines of a script', { '/process/args': ['sh', '-c', 'a\n\tb\r\n'] }, []],
  [
    'lines of a variable and an annotation',
    { '/process/env/0': 'A=b\nc', '/annotations/a': '{}\n' },
    [],
  ],
  ['other alphabets', { '/process/env/0': 'A=ünï € שלום 👩‍💻', '/hostname': 'ünï' }, []],
];
for (const [name, values, expected] of DECEIVING)
  test(`CKP807: ${name}`, async () => {
    const report = await reportOn(core, spec(values));
    const found = report.findings.filter(({ id }) => id === 'CKP807');
    assert.deepEqual(
      found.map(({ pointer }) => pointer),
      expected,
    );
    for (const { message } of found) assert.doesNotMatch(message, /\p{C}/u);
  });

// [name, side, findings "id severity pointer"]
const OTHERS = [
  [
    'devices',
    spec({ '/linux/devices': [{ path: '/dev/fuse', type: 'c', major: 10, minor: 229 }] }),
    ['CKP804 warning /linux/devices/0/path'],
  ],
  [
    'many devices',
    spec({
      '/linux/devices': Array.from({ length: 60 }, (_, i) => ({
        path: `/dev/x${i}`,
        type: 'c',
        major: 1,
        minor: i,
      })),
    }),
    ['CKP804 warning /linux/devices'],
  ],
  [
    'bind mounts',
    spec({
      '/mounts/-': { destination: '/kvm', source: '/dev/kvm', type: 'bind' },
      '/mounts/0': { destination: '/log', source: '/dev/log', type: 'bind' },
    }),
    ['CKP804 warning /mounts/10/source'],
  ],
  [
    'an annotation in JSON',
    annotation(
      'io.kubernetes.cri-o.Annotations',
      '{"cdi.k8s.io/a":"vendor.example/gpu=0"}',
      'cri-o',
    ),
    ['CKP804 warning /annotations/io.kubernetes.cri-o.Annotations'],
  ],
  [
    'an annotation of status.dump',
    {
      base: 'containerd',
      set: { 'status.dump': { '/annotations/cdi.k8s.io~1a': 'x.example/gpu=0' } },
    },
    ['CKP804 warning /annotations/cdi.k8s.io~1a'],
  ],
  [
    'a mount of secrets in memory',
    spec({ '/mounts/-': { destination: '/run/secrets/app', source: 'tmpfs', type: 'tmpfs' } }),
    ['CKP803 info /mounts/10/destination'],
  ],
];
for (const [name, side, expected] of OTHERS)
  test(`CKP803 CKP804: ${name}`, async () => {
    const report = await reportOn(core, side);
    assert.deepEqual(
      report.findings
        .filter(({ id }) => id === 'CKP803' || id === 'CKP804')
        .map(({ id, severity, pointer }) => `${id} ${severity} ${pointer}`),
      expected,
    );
  });

test('CKP805: one finding for each kind', async () => {
  const report = await reportOn(core, { base: 'cri-o' });
  assert.deepEqual(
    report.findings
      .filter(({ id }) => id === 'CKP805')
      .map(({ member, pointer }) => `${member} ${pointer}`),
    ['dump.log ', 'spec.dump /mounts', 'spec.dump /annotations/io.kubernetes.cri-o.IP.0'],
  );
});

test('many strings with lines, JSON and secrets take linear time', { timeout: 20000 }, async () => {
  const values = {};
  for (let i = 0; i < 20000; i++) values[`k${i}`] = i % 2 ? 'a\nb' : `{"password":"${i}"}`;
  const bytes = await build(spec({ '/annotations/x': 'y', '/other': values }));
  const checkpoint = await openCheckpoint(bytes);
  const report = await core.validate(checkpoint, { now: 1800000000 });
  await checkpoint.close();
  assert.equal(secrets(report).length, 100);
});

// What is not JSON is shown around its error, too.
const BROKEN = [
  ['a variable', '{"process":{"env":["DB_PASSWORD=abc" "x"]}}', 'DB_PASSWORD', 'DB_PASSWORD=abc'],
  ['a member', '{"a":1 "b":\n{"password" : "a\\"bc"}}', 'password', 'a\\"bc'],
  ['after a quote too many', '{"a":"b"","TOKEN":"abc"}', 'TOKEN', 'abc'],
  ['no end', '{"API_KEY":"abcdef', 'API_KEY', 'abcdef'],
];
for (const [name, text, key, secret] of BROKEN)
  test(`CKP800: not JSON, ${name}`, () => {
    const { findings } = core.validate({ 'spec.dump': Buffer.from(text) });
    const [finding, more] = findings.filter(({ id }) => id === 'CKP800');
    assert.equal(more, undefined);
    assert.equal(finding.message, `spec.dump holds ${key}=•••.`);
    const { offset, length, line } = finding;
    assert.equal(text.slice(offset, offset + length), secret);
    assert.equal(line, text.slice(0, offset).split('\n').length);
    assert.ok(findings.some(({ id }) => id === 'CKP200'));
  });

test('CKP800: an annotation that should be JSON', async () => {
  const broken = '{"name":"x" "password":"abc"}';
  const report = await reportOn(core, annotation('io.kubernetes.cri-o.Metadata', broken, 'cri-o'));
  assert.deepEqual(told(report), ['password=•••']);
  assert.ok(report.findings.some(({ id }) => id === 'CKP208'));
});

// What is not linear takes longer than the time limit of a test.
test('a hundred thousand secrets are placed in linear time', () => {
  const variables = Array.from({ length: 100_000 }, (_, i) => `PASSWORD=abc${i}`);
  // Also where the objects around it are large.
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i]));
  const text = Buffer.from(JSON.stringify({ ...many, process: { ...many, env: variables } }));
  const { findings } = core.validate(
    { 'spec.dump': text },
    { only: ['CKP800'], limits: { perRule: 100_000, total: 100_000 } },
  );
  assert.equal(findings.length, variables.length);
  findings.forEach(({ pointer }, i) => assert.equal(pointer, `/process/env/${i}`));
});

test('what a report says of the container has no secrets', async () => {
  const image = 'https://user:hunter2@registry.example/app:1';
  const side = { base: 'cri-o', set: { 'config.dump': { '/rootfsImageName': image } } };
  const report = await reportOn(core, side);
  assert.equal(report.container.image, 'https://user:•••@registry.example/app:1');
  assert.doesNotMatch(JSON.stringify(report), /hunter2/);
  const { container } = await reportOn(core, side, { reveal: true });
  assert.equal(container.image, image);
});
