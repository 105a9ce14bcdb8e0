// SPDX-License-Identifier: Apache-2.0
// The schemas of what the commands that write files print as JSON: build, unbuild, convert, redact; and hash.

/** @typedef {{[key: string]: any}} Schema */

const string = { type: 'string' };
const integer = { type: 'integer' };
const version = { const: 1 };
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };
const hex = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const compression = { enum: ['none', 'gzip', 'zstd', 'xz', 'bzip2'] };
const texts = { type: 'object', additionalProperties: string };

/** @param {Schema} items */
const list = (items) => ({ type: 'array', items });
/** @param {string} description @param {Record<string, Schema>} properties @param {string[]} [optional] */
const object = (description, properties, optional = []) => ({
  description,
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
/** @param {string} description */
const descriptor = (description) =>
  object(description, { mediaType: string, digest, size: integer });

/** By command. @type {Record<string, [string, Schema]>} */
const DOCUMENTS = {
  build: [
    'ckpt build --format json',
    object('The image that was made.', {
      version,
      image: { description: 'Where it is.', ...string },
      manifest: {
        description: 'null: an archive for docker has none.',
        anyOf: [descriptor('The manifest.'), { type: 'null' }],
      },
      config: descriptor('The configuration.'),
      layer: object('The layer with the checkpoint.', {
        ...{ mediaType: string, digest, size: integer },
        diffId: { description: 'Of the layer, decompressed.', ...digest },
      }),
      architecture: { description: 'As Go spells it.', ...string },
      annotations: texts,
    }),
  ],
  unbuild: [
    'ckpt unbuild --format json',
    object(
      'The archive that was made.',
      {
        ...{ version, output: string, size: { description: 'In bytes.', ...integer } },
        ...{ compression, layer: { description: 'The blob it was in.', ...string } },
        annotations: texts,
      },
      ['annotations'],
    ),
  ],
  convert: [
    'ckpt convert --format json',
    object('The archive that was made.', {
      ...{ version, output: string, size: { description: 'In bytes.', ...integer }, compression },
      changed: list(object('An image.', { member: string, entries: integer })),
    }),
  ],
  redact: [
    'ckpt redact --format json, and its manifest',
    object('What was cut out of a checkpoint; never the values.', {
      version,
      dropped: list(object('A member that is left out.', { member: string, size: integer })),
      lost: {
        description: 'What the copy cannot do any more, because of what was dropped.',
        ...list(string),
      },
      cut: list(
        object('A secret that was overwritten.', {
          kind: { description: '"a private key" …, or named.', ...string },
          name: { description: 'What it is called there.', ...string },
          member: { description: 'rootfs-diff.tar!etc/passwd: in an archive inside.', ...string },
          offset: { description: 'In the member, decompressed.', ...integer },
          length: integer,
        }),
      ),
      recompressed: list(string),
      notLookedInto: list(object('A member, and why.', { member: string, why: string })),
      tooShort: { description: 'Values that were cut where their names stand only.', ...integer },
    }),
  ],
  hash: [
    'ckpt hash --format json, each line',
    object(
      'A file.',
      {
        file: { anyOf: [string, object('A name that is not UTF-8.', { hex: string })] },
        ...{ sha256: hex, size: integer },
        members: list(object('A file in it.', { name: string, size: integer, sha256: hex })),
      },
      ['members'],
    ),
  ],
};

/** @returns {[string, Schema][]} names of files, and what is in them */
export const writerSchemas = () =>
  Object.entries(DOCUMENTS).map(([command, [title, schema]]) => [
    `${command}.schema.json`,
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:container-checkpoint:schema:${command}:1`,
      title,
      $comment: 'Members may be added.',
      ...schema,
    },
  ]);
