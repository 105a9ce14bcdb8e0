// SPDX-License-Identifier: Apache-2.0
// The schema of what ckpt diff prints as JSON.

import { object, orNull, string } from './schema-parts.mjs';

/** @typedef {import('./schema-parts.mjs').Schema} Schema */

const boolean = { type: 'boolean' };
const integer = { type: 'integer' };
const any = {};

/** @param {Schema} items */
const list = (items) => ({ type: 'array', items });
/** @param {string[]} values */
const one = (...values) => ({ enum: values });

const CHANGE = one('added', 'removed', 'changed', 'replaced');
const Side = object('One of the two checkpoints, in short.', {
  name: string,
  container: object('The container.', { id: string, name: string, image: string }),
  engine: string,
  created: { description: 'Of the container, RFC 3339.', type: ['string', 'null'] },
  checkpointed: {
    description: 'Of the checkpoint; where it does not say, of its newest image.',
    type: ['string', 'null'],
  },
  sizes: object('In bytes.', { checkpoint: integer, pages: integer, rootfsDiff: integer }),
});
const Value = object('A value of a JSON text that differs.', {
  pointer: { description: 'RFC 6901.', ...string },
  change: one('added', 'removed', 'changed', 'moved'),
  before: { description: 'As it is written there.', type: ['string', 'null'] },
  after: { type: ['string', 'null'] },
  noise: boolean,
});
const Field = object(
  'A field that differs.',
  { field: string, before: any, after: any, noise: boolean },
  ['before', 'after'],
);
const Variable = object(
  'A variable of the environment.',
  { change: one('added', 'removed', 'changed'), name: string, before: any, after: any },
  ['before', 'after'],
);
const Process = object('A process that came, went, or differs.', {
  pid: integer,
  change: one('added', 'removed', 'changed'),
  before: orNull({ type: 'object' }),
  after: orNull({ type: 'object' }),
  insteadOf: {
    description: 'Of one that came: the process that went and was compared with it.',
    type: ['integer', 'null'],
  },
  fields: list(Field),
  environment: list(Variable),
});
const Thing = object('A descriptor, socket or mount.', {
  change: CHANGE,
  before: orNull({ type: 'object' }),
  after: orNull({ type: 'object' }),
  fields: list(Field),
});
const Pages = object('Pages, counted.', {
  same: integer,
  changed: integer,
  added: integer,
  removed: integer,
  unknown: { description: 'The dumps do not hold them.', ...integer },
});
const Bounds = list(object('A mapping.', { start: integer, end: integer, perms: string }));
const Map_ = object('A mapping that differs, or has pages that do.', {
  change: orNull(one('added', 'removed', 'changed')),
  kind: string,
  name: any,
  before: Bounds,
  after: Bounds,
  pages: { $ref: '#/$defs/Pages' },
  ranges: list(
    object('Pages that follow each other.', {
      change: one('added', 'removed', 'changed'),
      start: integer,
      end: integer,
      first: {
        description: 'Address of the first byte that differs; null: it was not looked for.',
        type: ['integer', 'null'],
      },
      last: { type: ['integer', 'null'] },
      bytes: { description: 'How many differ.', type: ['integer', 'null'] },
    }),
  ),
});
const Strings = list(
  object('A string; what looks like a secret is hidden.', { address: integer, text: string }),
);
const Memory = object('The memory.', {
  pageSize: integer,
  pages: { $ref: '#/$defs/Pages' },
  processes: list(
    object('A process whose memory differs.', {
      pid: integer,
      change: one('added', 'removed', 'changed'),
      pages: { $ref: '#/$defs/Pages' },
      maps: list(Map_),
      strings: orNull(
        object('Strings that are in the pages that differ of one of the two only.', {
          added: Strings,
          removed: Strings,
          cut: { description: 'How many are counted but not listed.', ...integer },
        }),
      ),
    }),
  ),
  rangesCut: integer,
});
const Brief = orNull(object('A member.', { type: string, size: integer }));
const Member = object('A member of the archives.', {
  name: string,
  change: one('added', 'removed', 'changed'),
  before: Brief,
  after: Brief,
  at: {
    description: 'Where the content differs first, in steps of 4 KiB.',
    type: ['integer', 'null'],
  },
  why: one('', 'type', 'size', 'link', 'mode', 'content'),
  values: list(Value),
  noise: boolean,
});
const Verdict = object('The verdicts.', {
  before: string,
  after: string,
  because: { description: 'Ids of rules and conditions, if they differ.', ...list(string) },
  targets: list(
    object('A target whose verdict differs.', {
      target: string,
      before: string,
      after: string,
      because: list(string),
    }),
  ),
  gone: list({ type: 'object' }),
  come: list({ type: 'object' }),
});

/** The reference tool's lists of one kind. @param {Schema} entry */
const changes = (entry) =>
  object(
    'Entries, by what became of them.',
    { added: list(entry), removed: list(entry), modified: list(entry), unchanged: list(entry) },
    ['added', 'removed', 'modified', 'unchanged'],
  );
const info = object('One checkpoint.', {
  created: { description: 'When the checkpoint was made.', ...string },
  total_size: integer,
});

const Pair = object('What differs between two checkpoints.', {
  container_id: string,
  container_name: string,
  image: string,
  checkpoint_a: info,
  checkpoint_b: info,
  process_changes: changes(object('A process.', { pid: integer, command: string })),
  file_changes: changes(
    object('A descriptor.', { path: string, type: string, pid: integer, fd: string }),
  ),
  memory_changes: object('The pages files.', {
    size_change_bytes: integer,
    size_change_mb: { type: 'number' },
  }),
  socket_changes: changes(object('A socket.', { pid: integer, protocol: string, type: string })),
  summary: string,
  details: object('Everything.', {
    equal: { description: 'Nothing differs but noise.', ...boolean },
    sameContainer: boolean,
    a: { $ref: '#/$defs/Side' },
    b: { $ref: '#/$defs/Side' },
    metadata: list(object('A file.', { member: string, changes: list(Value) })),
    processes: list(Process),
    files: list({ $ref: '#/$defs/Thing' }),
    sockets: list({ $ref: '#/$defs/Thing' }),
    mounts: list({ $ref: '#/$defs/Thing' }),
    memory: orNull(Memory),
    members: list(Member),
    verdict: orNull(Verdict),
    gaps: list(
      object('What is not known.', { side: one('a', 'b'), member: string, message: string }),
    ),
    noise: { description: 'Differences in ids and times, which do not count.', ...integer },
  }),
});

/** @returns {Schema} */
export const diffSchema = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:container-checkpoint:schema:diff:1',
  title: 'ckpt diff --format json',
  $comment: 'Members may be added. Those before "details" are those of checkpointctl.',
  anyOf: [
    { $ref: '#/$defs/Pair' },
    object('More than two checkpoints: what changed from each to the next one.', {
      series: list({ $ref: '#/$defs/Pair' }),
    }),
  ],
  $defs: { Pair, Side, Thing, Pages },
});
