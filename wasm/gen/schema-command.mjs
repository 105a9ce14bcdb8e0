// SPDX-License-Identifier: Apache-2.0
// The schemas of the command: what ckpt validate prints as JSON, and its configuration file.
import { CONFIG } from '../cli/config.js';
import { object, orNull, string } from './schema-parts.mjs';

/** @typedef {import('./schema-parts.mjs').Schema} Schema */

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** @param {string} description */
const count = (description) => ({ description, type: 'integer', minimum: 0 });

const Result = object(
  'One thing that was checked.',
  {
    path: { description: 'As it was named, or below a folder that was.', ...string },
    files: {
      description:
        'Of metadata files without an archive: their paths by the names that they are checked as.',
      type: 'object',
      additionalProperties: string,
    },
    unreadable: orNull(
      object('Why it could not be read.', {
        code: { description: "The system's, or another word in lower case.", ...string },
        message: string,
      }),
    ),
    report: orNull({ $ref: '#/$defs/Report' }),
  },
  ['files'],
);

/**
 * Of --format json; its `$defs/Line` is a line of --format jsonl.
 * @param {Schema} report the schema of a report
 * @returns {Schema}
 */
export const validateSchema = ({ $defs }) => ({
  $schema: DRAFT,
  $id: 'urn:container-checkpoint:schema:validate:1',
  title: 'What ckpt validate prints, version 1',
  $comment: 'Members may be added; those that are here stay while the version does.',
  ...object('The output of "ckpt validate --format json".', {
    version: { const: 1 },
    tool: object('What made it.', { name: string, version: string }),
    results: { type: 'array', items: { $ref: '#/$defs/Result' } },
    summary: object('In all.', {
      checkpoints: count('Archives and folders that were read.'),
      files: count('Metadata files without an archive.'),
      unreadable: count('What could not be read.'),
      failing: count('Those with findings as bad as --fail-on.'),
      counts: { $ref: '#/$defs/ReportCounts' },
    }),
  }),
  $defs: {
    ...$defs,
    Result,
    Line: {
      description: 'A line of "ckpt validate --format jsonl".',
      $ref: '#/$defs/Result',
      type: 'object',
      properties: { version: { const: 1 } },
      required: ['version'],
    },
  },
});

/** @returns {Schema} of the configuration file */
export const configSchema = () => ({
  $schema: DRAFT,
  $id: 'urn:container-checkpoint:schema:config',
  title: 'Configuration of ckpt validate',
  description:
    'Read from .ckpt.json or ckpt.config.json in the working directory, or where --config says.',
  type: 'object',
  properties: CONFIG,
  additionalProperties: false,
});
