// SPDX-License-Identifier: Apache-2.0
/** The parts of a checkpoint that rules are about. */
export type RuleArea =
  | 'container'
  | 'config'
  | 'spec'
  | 'side-files'
  | 'file-system'
  | 'criu-images'
  | 'across-files'
  | 'restore'
  | 'privacy'
  | 'image-pod';

/** A rule of `ckpt.validate`. */
export interface Rule {
  /** `CKP109`; stable for ever. */
  readonly id: string;
  readonly area: RuleArea;
  /** Without an engine, a target or an option that changes it. */
  readonly severity: 'error' | 'warning' | 'info';
  /** What must be there: `M` metadata files, `A` the list of members, `C` the images of the processes. */
  readonly needs: string;
  /** Engines and restore targets for which it is an error in any case. */
  readonly errorFor: readonly string[];
  /** Targets that refuse to restore what breaks it. */
  readonly blocks: readonly string[];
  readonly title: string;
  readonly what: string;
  readonly why: string;
  /** Specifications, issues, CVEs; may be ''. */
  readonly reference: string;
  /** What to do; may be ''. */
  readonly fix: string;
  /** How a healthy checkpoint is changed so that it breaks the rule (test/js/lib/samples.mjs explains it), and one that does not. */
  readonly bad: RuleSample | null;
  readonly good: RuleSample | null;
}

/** Changes of a recorded checkpoint. */
export type RuleSample = { readonly [change: string]: any };

/** All rules, by id. */
export const rules: readonly Rule[];
