// SPDX-License-Identifier: Apache-2.0
// The admission policies: their fields as the APIs name them, and what their CEL expressions answer to requests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { celEnv, isCelError, parse as parseCel, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { parse, parseAllDocuments } from 'yaml';

const file = (/** @type {string} */ name) =>
  readFileSync(new URL(`../../../.github/policies/${name}`, import.meta.url), 'utf8');
const [policy, binding] = parseAllDocuments(file('admission-policy.yaml')).map((one) => one.toJS());
const kyverno = parse(file('kyverno.yaml'));

// What Kubernetes' OpenAPI (admissionregistration.k8s.io/v1) and Kyverno's definition (policies.kyverno.io/v1) name: an
// array stands for a list of such, a function checks a value.
const text = (/** @type {any} */ value) => typeof value === 'string' && value !== '';
const words = (/** @type {any} */ value) => Array.isArray(value) && value.every(text);
const flag = (/** @type {any} */ value) => typeof value === 'boolean';
const oneOf =
  (/** @type {string[]} */ ...names) =>
  (/** @type {any} */ value) =>
    names.includes(value);
const ACTIONS = (/** @type {any} */ value) =>
  words(value) &&
  value.every(oneOf('Deny', 'Warn', 'Audit')) &&
  // One answer has either an error or a warning.
  !(value.includes('Deny') && value.includes('Warn'));
const METADATA = {
  name: text,
  annotations: (/** @type {object} */ all) => Object.values(all).every(text),
};
const RULE = {
  apiGroups: (/** @type {any} */ value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string'),
  apiVersions: words,
  operations: (/** @type {any} */ value) =>
    words(value) && value.every(oneOf('CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*')),
  resourceNames: words,
  resources: words,
  scope: oneOf('Cluster', 'Namespaced', '*'),
};
const SPEC = {
  auditAnnotations: [{ key: text, valueExpression: text }],
  failurePolicy: oneOf('Fail', 'Ignore'),
  matchConditions: [{ name: text, expression: text }],
  matchConstraints: {
    excludeResourceRules: [RULE],
    matchPolicy: oneOf('Exact', 'Equivalent'),
    resourceRules: [RULE],
  },
  validations: [
    {
      expression: text,
      message: (/** @type {any} */ value) => text(value) && !value.includes('\n'),
      messageExpression: text,
      reason: oneOf('Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge'),
    },
  ],
  variables: [
    { name: (/** @type {any} */ value) => /^[a-zA-Z_]\w*$/.test(value), expression: text },
  ],
};
const POLICY = {
  apiVersion: oneOf('admissionregistration.k8s.io/v1'),
  kind: oneOf('ValidatingAdmissionPolicy'),
  metadata: METADATA,
  spec: { ...SPEC, paramKind: { apiVersion: text, kind: text } },
};
const BINDING = {
  apiVersion: oneOf('admissionregistration.k8s.io/v1'),
  kind: oneOf('ValidatingAdmissionPolicyBinding'),
  metadata: METADATA,
  spec: { policyName: text, validationActions: ACTIONS },
};
const KYVERNO = {
  apiVersion: oneOf('policies.kyverno.io/v1'),
  kind: oneOf('ValidatingPolicy'),
  metadata: METADATA,
  spec: {
    ...SPEC,
    evaluation: {
      admission: { enabled: flag },
      background: { enabled: flag },
      mode: oneOf('Kubernetes', 'JSON'),
    },
    validationActions: ACTIONS,
    webhookConfiguration: { timeoutSeconds: Number.isInteger },
  },
};

/** @param {any} value @param {any} known @param {string} where */
function fields(value, known, where) {
  if (typeof known === 'function')
    return assert.ok(known(value), `${where}: ${JSON.stringify(value)}`);
  if (Array.isArray(known)) {
    assert.ok(Array.isArray(value) && value.length > 0, where);
    return value.forEach((one, i) => fields(one, known[0], `${where}[${i}]`));
  }
  for (const [name, inner] of Object.entries(value)) {
    assert.ok(Object.hasOwn(known, name), `${where} has no field ${name}`);
    fields(inner, known[name], `${where}.${name}`);
  }
}

test('the policies have the fields of their APIs, and those that must be there', () => {
  fields(policy, POLICY, 'policy');
  fields(binding, BINDING, 'binding');
  fields(kyverno, KYVERNO, 'kyverno');
  assert.throws(() => fields({ ...policy, spec: { validation: [] } }, POLICY, 'policy'));
  assert.equal(binding.spec.policyName, policy.metadata.name);
  assert.ok(binding.spec.validationActions.includes('Deny'));
  assert.ok(kyverno.spec.validationActions.includes('Deny'));
  for (const { spec } of [policy, kyverno]) {
    assert.equal(spec.failurePolicy, 'Fail');
    assert.ok(spec.matchConstraints.resourceRules.length > 0 && spec.validations.length > 0);
    for (const rule of spec.matchConstraints.resourceRules)
      for (const name of ['apiGroups', 'apiVersions', 'operations', 'resources'])
        assert.ok(rule[name].length > 0);
  }
});

test('both policies say the same', () => {
  const { validationActions, evaluation, ...rest } = kyverno.spec;
  assert.deepEqual(rest, policy.spec);
  // A scan in the background has no request, which the expressions ask for.
  assert.equal(evaluation.background.enabled, false);
  assert.ok(validationActions);
});

const env = celEnv({ funcs: strings });
/** Expressions, made ready once. @type {Map<string, ReturnType<typeof plan>>} */
const ready = new Map();
/** @param {string} expression @param {any} bindings */
function evaluate(expression, bindings) {
  const run = ready.get(expression) ?? plan(env, parseCel(expression));
  ready.set(expression, run);
  return run(bindings);
}

/** JSON as CEL has it: objects are maps, whole numbers ints. @param {any} value @returns {any} */
const cel = (value) =>
  Array.isArray(value)
    ? value.map(cel)
    : value !== null && typeof value === 'object'
      ? new Map(Object.entries(value).map(([name, inner]) => [name, cel(inner)]))
      : Number.isInteger(value)
        ? BigInt(value)
        : value;

/**
 * What the API server answers: undefined if the policy is not asked, true, or the message. An expression that fails counts
 * as a refusal (failurePolicy Fail).
 * @param {any} spec
 * @param {{operation: string, resource?: string, object?: any, oldObject?: any}} request
 */
function admit(spec, { operation, resource = 'pods', object = null, oldObject = null }) {
  const asked = spec.matchConstraints.resourceRules.some(
    (/** @type {any} */ rule) =>
      rule.operations.includes(operation) && rule.resources.includes(resource),
  );
  if (!asked) return undefined;
  const given = cel({ object, oldObject, request: { operation } });
  const variables = new Map();
  const bindings = { ...Object.fromEntries(given), variables };
  // Kubernetes evaluates a variable when it is first asked for; all of these are.
  for (const { name, expression } of spec.variables) {
    const value = evaluate(expression, bindings);
    if (isCelError(value)) return `error: ${value.message}`;
    variables.set(name, value);
  }
  for (const { expression, message } of spec.validations) {
    const value = evaluate(expression, bindings);
    if (isCelError(value)) return `error: ${value.message}`;
    if (value !== true) return message;
  }
  return true;
}

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const OTHER = `sha256:${'b2'.repeat(32)}`;
const CHECKPOINT = `registry.example/checkpoints/web@${DIGEST}`;
const NGINX = 'docker.io/library/nginx:1.27';
const VALIDATED = 'container-checkpoint/validated';
/**
 * @param {string | string[]} images of its containers
 * @param {string} [validated] the annotation; without it the pod has no annotations at all
 * @param {object} [more] of its spec @param {object} [metadata]
 */
const pod = (images, validated, more = {}, metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    ...(validated === undefined ? {} : { annotations: { [VALIDATED]: validated } }),
    ...metadata,
  },
  spec: {
    containers: [images].flat().map((image, i) => ({ name: `c${i}`, image })),
    restartPolicy: 'Never',
    ...more,
  },
});
const create = (/** @type {any} */ object) => ({ operation: 'CREATE', object });
const update = (/** @type {any} */ oldObject, /** @type {any} */ object) => ({
  ...{ operation: 'UPDATE', object, oldObject },
});
const debug = (/** @type {any} */ oldObject, /** @type {any} */ object) => ({
  ...{ operation: 'UPDATE', resource: 'pods/ephemeralcontainers', object, oldObject },
});
const [{ message: BY_DIGEST }, { message: UNVALIDATED }] = policy.spec.validations;
const one = (/** @type {string} */ image) => [{ name: 'x', image }];

/** @type {[string, Parameters<typeof admit>[1], any][]} */
const REQUESTS = [
  ['a pod of something else, without annotations', create(pod(NGINX)), true],
  ['a pod of something else, with an annotation of no use', create(pod(NGINX, OTHER)), true],
  ['a validated checkpoint', create(pod(CHECKPOINT, DIGEST)), true],
  [
    'named by tag and digest',
    create(pod(`registry.example/checkpoints/web:1@${DIGEST}`, DIGEST)),
    true,
  ],
  ['no annotations at all', create(pod(CHECKPOINT)), UNVALIDATED],
  [
    'no annotations: an empty map',
    create(pod(CHECKPOINT, undefined, {}, { annotations: {} })),
    UNVALIDATED,
  ],
  [
    'another annotation',
    create(pod(CHECKPOINT, undefined, {}, { annotations: { a: DIGEST } })),
    UNVALIDATED,
  ],
  ['an empty annotation', create(pod(CHECKPOINT, '')), UNVALIDATED],
  ['another digest', create(pod(CHECKPOINT, OTHER)), UNVALIDATED],
  ['the end of its digest', create(pod(CHECKPOINT, DIGEST.slice(-8))), UNVALIDATED],
  ['the digest without its algorithm', create(pod(CHECKPOINT, DIGEST.slice(7))), UNVALIDATED],
  ['the digest in capitals', create(pod(CHECKPOINT, DIGEST.toUpperCase())), UNVALIDATED],
  [
    'a tag, though it is annotated',
    create(pod('registry.example/checkpoints/web:1', DIGEST)),
    BY_DIGEST,
  ],
  ['neither tag nor digest', create(pod('registry.example/checkpoints/web', DIGEST)), BY_DIGEST],
  ['a digest that is cut', create(pod(CHECKPOINT.slice(0, -1), DIGEST)), BY_DIGEST],
  ['a digest with something behind it', create(pod(`${CHECKPOINT}\n`, DIGEST)), BY_DIGEST],
  [
    'another algorithm',
    create(pod(`r.example/checkpoints/w@sha512:${'a'.repeat(128)}`, DIGEST)),
    BY_DIGEST,
  ],
  ['a registry that is left out', create(pod('checkpoints/web:1', DIGEST)), BY_DIGEST],
  ['a repository of a similar name', create(pod('registry.example/my-checkpoints/web:1')), true],
  [
    'the archive itself as a path',
    create(pod('/var/lib/kubelet/checkpoints/c.tar', DIGEST)),
    BY_DIGEST,
  ],
  [
    'two checkpoints, both annotated',
    create(pod([CHECKPOINT, NGINX, `r.example/checkpoints/b@${OTHER}`], `${DIGEST}, ${OTHER}`)),
    true,
  ],
  [
    'two checkpoints, one annotated',
    create(pod([CHECKPOINT, `r.example/checkpoints/b@${OTHER}`], DIGEST)),
    UNVALIDATED,
  ],
  [
    'an init container',
    create(pod(NGINX, undefined, { initContainers: one(CHECKPOINT) })),
    UNVALIDATED,
  ],
  [
    'an init container, validated',
    create(pod(NGINX, DIGEST, { initContainers: one(CHECKPOINT) })),
    true,
  ],
  [
    'a container without an image',
    create({ ...pod(NGINX), spec: { containers: [{ name: 'a' }] } }),
    /^error: /,
  ],
  [
    'a label for what runs unvalidated',
    update(pod(CHECKPOINT), pod(CHECKPOINT, undefined, {}, { labels: { a: 'b' } })),
    true,
  ],
  ['an annotation that is taken away', update(pod(CHECKPOINT, DIGEST), pod(CHECKPOINT)), true],
  [
    'finalizers that are taken away, so that it can be deleted',
    update(pod(CHECKPOINT, undefined, {}, { finalizers: ['a/b'] }), pod(CHECKPOINT)),
    true,
  ],
  ['an image that becomes a checkpoint', update(pod(NGINX), pod(CHECKPOINT)), UNVALIDATED],
  ['an image that becomes a validated one', update(pod(NGINX), pod(CHECKPOINT, DIGEST)), true],
  [
    'an image that becomes another checkpoint',
    update(pod(CHECKPOINT, DIGEST), pod(`r.example/checkpoints/b@${OTHER}`, DIGEST)),
    UNVALIDATED,
  ],
  [
    'a checkpoint as an ephemeral container',
    debug(pod(NGINX), pod(NGINX, undefined, { ephemeralContainers: one(CHECKPOINT) })),
    UNVALIDATED,
  ],
  [
    'a validated one as an ephemeral container',
    debug(pod(NGINX), pod(NGINX, DIGEST, { ephemeralContainers: one(CHECKPOINT) })),
    true,
  ],
  [
    'a shell as an ephemeral container',
    debug(pod(CHECKPOINT), pod(CHECKPOINT, undefined, { ephemeralContainers: one(NGINX) })),
    true,
  ],
  ['a pod that is deleted', { operation: 'DELETE', oldObject: pod(CHECKPOINT) }, undefined],
  [
    'its state',
    { ...update(pod(CHECKPOINT), pod(CHECKPOINT)), resource: 'pods/status' },
    undefined,
  ],
];

for (const [name, { spec }] of /** @type {[string, any][]} */ ([
  ['ValidatingAdmissionPolicy', policy],
  ['Kyverno', kyverno],
]))
  test(`${name} answers requests`, () => {
    for (const [what, request, answer] of REQUESTS) {
      const got = admit(spec, request);
      if (answer instanceof RegExp) assert.match(String(got), answer, what);
      else assert.equal(got, answer, what);
    }
  });
