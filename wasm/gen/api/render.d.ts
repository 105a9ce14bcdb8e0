// SPDX-License-Identifier: Apache-2.0
import type { Report, Severity } from './report.js';

/** Names of the forms, as `ckpt validate --format` takes them. */
export type FormName =
  | 'text'
  | 'json'
  | 'jsonl'
  | 'sarif'
  | 'junit'
  | 'github'
  | 'gitlab'
  | 'tap'
  | 'markdown'
  | 'html'
  | 'metrics';

/** The forms there are. */
export const forms: readonly FormName[];

/** A severity or a worse one; `verdict`: errors, and targets that do not simply restore it; or `none`. */
export type FailOn = Severity | 'verdict' | 'none';

/** How a report is written. */
export interface RenderOptions {
  /** Whether the targets in the reports were asked for: their verdicts count then. false by default. */
  targets?: boolean;
  /** `error` by default. */
  failOn?: FailOn;
  /** The least severity that is listed, `info` by default. What is counted and judged stays the same. */
  level?: Severity;
  /** Of the form `text`: one line for each checkpoint. */
  brief?: boolean;
  /** Columns of the form `text`, 80 by default. */
  width?: number;
  /** Of your program, for forms that name the tool's. */
  version?: string;
  /** The text of `dist/viewer.html`, for the form `html`. */
  page?: string;
}

/**
 * Reports of checkpoints in a form of `ckpt validate --format`. Everything that comes from a file is
 * escaped for that form; secrets are masked as they are in the reports.
 * @param results `name`: of each archive, as it is to be shown
 * @throws TypeError if an argument is not what it should be, or a report lacks something: the message names it, as
 *   `results[0].report.counts is missing`
 */
export function render(
  form: FormName,
  results: Iterable<{ name: string; report: Report }>,
  options?: RenderOptions,
): string;

/**
 * Whether a report makes `ckpt validate` exit with 1.
 * @throws TypeError if an argument is not what it should be, or the report lacks something
 */
export function fails(report: Report, options?: Pick<RenderOptions, 'targets' | 'failOn'>): boolean;
