// SPDX-License-Identifier: Apache-2.0
// The declarations that are published say what the JSDoc of the modules says: the same names, the same members of
// classes, the same options; and what the modules give is what is declared. test/js/api/types.test.mjs compiles it.
import type * as D from '../../../dist/types/index.js';
import type * as R from '../../../wasm/api/index.js';
import type { OpenOptions } from '../../../wasm/api/checkpoint.js';
import type { DiffOptions } from '../../../wasm/api/diff.js';
import type { Dump } from '../../../wasm/api/dump.js';
import type { Range, RangePiece } from '../../../wasm/api/ranges.js';

type Names<T> = keyof T & string;
/** What only one of both has; never: nothing. */
type Differ<A, B> = Exclude<Names<A>, Names<B>> | Exclude<Names<B>, Names<A>>;
/** `none<…>()` compiles only if there is nothing in it. */
function none<_T extends never>(): void {}

/** The last parameter of a method: its options. */
type Options<F> = F extends (...args: infer P) => unknown
  ? Required<P> extends [...unknown[], infer O]
    ? NonNullable<O>
    : never
  : never;

export function exportsAreTheSame(): void {
  none<
    Differ<
      typeof import('../../../dist/types/index.js'),
      typeof import('../../../wasm/api/index.js')
    >
  >();
  none<
    Differ<typeof import('../../../dist/types/node.js'), typeof import('../../../wasm/api/node.js')>
  >();
}

export function membersAreTheSame(): void {
  none<Differ<D.Checkpoint, R.Checkpoint>>();
  none<Differ<D.ArchiveError, R.ArchiveError>>();
  none<Exclude<Differ<D.CheckpointError, R.CheckpointError>, 'entry'>>(); // only those about CRIU images have it
  none<Differ<D.ResourceError, R.ResourceError>>();
  none<Exclude<Differ<D.Ckpt, Awaited<ReturnType<typeof R.load>>>, 'exports'>>(); // the module's, for our own code
  none<Exclude<Differ<D.Dump, Dump>, 'handle' | 'memory' | 'cpu' | 'takeCpu' | 'directory'>>(); // not published yet
}

export function optionsAreTheSame(): void {
  none<Differ<D.OpenOptions, OpenOptions>>();
  none<Differ<D.DiffOptions, DiffOptions>>();
  none<Differ<D.Range, Range>>();
  none<Exclude<Differ<D.RangePiece, RangePiece>, 'range'>>(); // which joins pieces in wholes()
  none<Differ<Options<D.Checkpoint['read']>, Options<R.Checkpoint['read']>>>();
  none<Differ<Options<D.Checkpoint['stream']>, Options<R.Checkpoint['stream']>>>();
  none<Differ<Options<D.Checkpoint['ranges']>, Options<R.Checkpoint['ranges']>>>();
  none<Differ<Options<D.Checkpoint['readAll']>, Options<R.Checkpoint['readAll']>>>();
  none<Differ<Options<D.Checkpoint['list']>, Options<R.Checkpoint['list']>>>();
  none<Differ<Options<D.Checkpoint['tar']>, Options<R.Checkpoint['tar']>>>();
  none<Differ<Options<D.Checkpoint['dump']>, Options<R.Checkpoint['dump']>>>();
}
