// SPDX-License-Identifier: Apache-2.0
import type { AbortSignalLike, BlobLike, Checkpoint, OpenOptions, Source } from './checkpoint.js';
import type { Constants, Kind, KindMap } from './model.js';
import type { Report, Severity, Target } from './report.js';

export * from './checkpoint.js';
export type * from './model.js';
export type * from './report.js';

/** A compiled WebAssembly module, where the compiler knows that type. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: abstract new (...args: never) => infer M };
}
  ? M & object
  : object;

/** A URL object. */
export interface UrlLike {
  readonly href: string;
}

/** A module: compiled, as bytes, or where to fetch it from. */
export type Wasm = WasmModule | ArrayBuffer | ArrayBufferView | UrlLike;

/** What to load; nothing is needed where the module can find its own .wasm file. */
export interface LoadOptions {
  /** The core: compiled, as bytes, or where to fetch it from. */
  wasm?: Wasm;
  /**
   * The decoders of xz and bzip2 (`codecs.wasm`), or a function that gives them; loaded when a file
   * needs them.
   */
  codecs?: Wasm | (() => Wasm | Promise<Wasm>);
}

/**
 * Loads the core, once: later calls give the same object, whatever their options. After it all
 * calls are synchronous.
 */
export function load(options?: LoadOptions): Promise<Ckpt>;

/** The core, at once: compiled already, or as bytes. Browsers may refuse that outside of workers. */
export function loadSync(options: { wasm: NonNullable<LoadOptions['wasm']> }): Ckpt;

/**
 * Opens a checkpoint where it lies: nothing is unpacked, and of an uncompressed archive only its
 * headers and metadata are read; a compressed one is read once. Of a broken archive what could be
 * read is given, with `error` set.
 * @throws what reading the source throws, or the reason of an abort
 */
export function openCheckpoint(
  source: BlobLike | Uint8Array | Source,
  options?: OpenOptions,
): Promise<Checkpoint>;

/** A place in a text. */
export interface Location {
  /** Of the first byte, from 0. */
  offset: number;
  /** In bytes. */
  length: number;
  /** From 1. */
  line: number;
  /** In code points, from 1; a byte that is not UTF-8 counts as one. */
  column: number;
}

/** A decoded file that knows where its values stood. */
export interface Document<T> {
  readonly value: T;
  /**
   * Where the value stood that a JSON pointer (RFC 6901) names, or null if there is none. Names of
   * fields are folded as in decoding, and of several equal ones the one that counted is meant.
   */
  locate(pointer: string): Location | null;
}

/** What a validation is asked for; nothing is needed. */
export interface ValidateOptions {
  /**
   * What is to restore the checkpoint, with its version if that is known: `containerd@2.2`. Without
   * it the verdicts are about all targets, and the rules about a target report nothing.
   */
  targets?: (Target | `${Target}@${string}`)[];
  /** Ids of the rules that count, or their beginnings with `*`: `CKP8*`. */
  only?: string[];
  /** Ids of rules that do not count. */
  ignore?: string[];
  /** By id, or by the beginning of ids with `*`. */
  severities?: { [rule: string]: Severity | 'off' };
  /** How many findings are listed: 100 of a rule, 1000 in all. All are counted. */
  limits?: { perRule?: number; total?: number };
  /** Shows secrets in messages. */
  reveal?: boolean;
  /** Searches memory, queues and files for secrets, too. */
  memory?: boolean;
  /** Ends that search. */
  signal?: AbortSignalLike;
  /** The time, in seconds since 1970, for the rules about times: the clock's. */
  now?: number;
  /**
   * About the archive itself: its name, its permissions, and its path from the root of the file system, which tells the
   * container that Docker takes a directory for.
   */
  file?: { name?: string; mode?: number; path?: string };
  /**
   * Checks the digests of large parts of images and pods, too, which have to be read for it. Without it
   * `coverage.notChecked` names them.
   */
  digests?: boolean;
  /**
   * Of an incremental checkpoint, those before it, the latest first. Every page that it leaves to them is looked for
   * there; with all of them Podman, runc and crun restore it together with these. The one in `pre-checkpoint/` of the
   * same archive is found without.
   */
  previous?: Checkpoint | Checkpoint[];
  /**
   * The host that is to restore the checkpoint, as `ckpt host` describes it: the text, its bytes or the
   * value. Conditions then say whether it meets them, and versions of its engines are those of the targets.
   */
  host?: string | Uint8Array | object;
}

/** What a comparison looks at. */
export interface DiffOptions {
  /** Dumps before the first checkpoint, the latest first. */
  previousA?: Checkpoint[];
  previousB?: Checkpoint[];
  /** Compare the memory; true by default. */
  memory?: boolean;
  /** Compare what is in the members of the archives; true by default. */
  members?: boolean;
  /** Validate both; true by default. */
  verdict?: boolean;
  /** Shows secrets. */
  reveal?: boolean;
  /** Gives everything that was compared, too, in `lists`. */
  lists?: boolean;
  signal?: AbortSignalLike;
  /** Called now and then with the bytes of memory. */
  onProgress?: (state: { read: number; size: number }) => void;
}

/** The loaded core. */
export interface Ckpt {
  /** The kinds of metadata files. */
  readonly kinds: readonly Kind[];
  /** The constants of the Go package. */
  readonly constants: Constants;
  /** The kinds that are read from a file of their own, and the Go function that does it. */
  readonly files: readonly {
    readonly name: Kind;
    readonly file: string;
    readonly reader: string;
  }[];
  /**
   * Reads a metadata file as Go's json.Unmarshal does.
   * @throws {@link CheckpointError} where Go gives an error
   */
  decode<K extends Kind>(kind: K, bytes: Uint8Array): KindMap[K];
  /**
   * Reads a metadata file and keeps where its values stood.
   * @throws {@link CheckpointError} where Go gives an error
   */
  document<K extends Kind>(kind: K, bytes: Uint8Array): Document<KindMap[K]>;
  /**
   * The text that Go's WriteJSONFile writes: indented by two spaces, no newline at the end.
   * @throws {@link CheckpointError} if a time cannot be written
   */
  encode<K extends Kind>(kind: K, value: KindMap[K]): string;
  /**
   * The text that the Go package writes for a file: decoded, and encoded again.
   * @throws {@link CheckpointError} where Go gives an error
   */
  reencode(kind: Kind, bytes: Uint8Array): string;
  /** Checks a metadata file without making values of it. */
  check(kind: Kind, bytes: Uint8Array): CheckpointError | null;
  /**
   * Checks an opened checkpoint by all rules: why it will not restore, and whether it is hostile.
   * What is not known yet of archives inside of it (rootfs-diff.tar …) is listed for that.
   * @throws TypeError if an option is wrong
   */
  validate(checkpoint: Checkpoint, options?: ValidateOptions): Promise<Report>;
  /** Checks single metadata files, by their names as members of a checkpoint. */
  validate(files: { [name: string]: Uint8Array }, options?: ValidateOptions): Report;
  /**
   * What differs between two checkpoints: metadata, processes, files, sockets, mounts, memory, members,
   * verdicts; in the form of `ckpt diff --format json`.
   */
  diff(a: Checkpoint, b: Checkpoint, options?: DiffOptions): Promise<{ [part: string]: unknown }>;
  /** A size for people, in units of 1024: `1.2 KiB`. */
  byteToString(bytes: number | bigint): string;
  /** What a file is that is no checkpoint, by its first 64 bytes: `a picture (PNG)`; `''` if they do not tell. */
  describe(bytes: Uint8Array): string;
  /**
   * The value of a CRIU image, in the form of `crit decode`; numbers of 64 bits are bigint. Text that is not
   * UTF-8 is `{hex}`, a field that is not known `"?17": {varint}`.
   * @throws {@link CheckpointError} with `partial`: what could be read of a damaged image
   */
  decodeImage(bytes: Uint8Array, options?: ImageOptions): ImageValue;
  /** The same as JSON text, byte for byte that of `crit decode`; `''` if nothing could be read. */
  imageText(
    bytes: Uint8Array,
    options?: ImageOptions,
  ): { text: string; error: CheckpointError | null };
  /** What an image is; its entries are counted, not decoded. */
  imageInfo(bytes: Uint8Array, options?: ImageOptions): ImageInfo;
  /**
   * The bytes of the image that a value describes, or its JSON as UTF-8. If `name` is that of an image
   * ("core-1.img"), it must be of that type.
   * @throws {@link CheckpointError} with the place in the value
   */
  encodeImage(name: string, value: ImageValue | Uint8Array): Uint8Array;
}

/** How an image is decoded. */
export interface ImageOptions {
  /** The name of its file, which tells its kind; without it its magic number does. */
  name?: string;
  /** Addresses, flags, devices and hexadecimal numbers as text, as `crit decode --pretty`. */
  pretty?: boolean;
  /** False: sizes instead of the data that follow entries. */
  payload?: boolean;
}

/** An image: its type as crit names it, and its entries. */
export interface ImageValue {
  magic: string;
  /** 1 for images without the common magic number, of early CRIU. */
  image_version?: number;
  /** `big` for images of s390. */
  byte_order?: string;
  entries: { [field: string]: any }[];
}

/** What is known of an image without decoding it. */
export interface ImageInfo {
  /** `PSTREE`, `CORE`, `PAGES` …; `''` if it is none of CRIU's. */
  kind: string;
  /** The name of its magic number; `''` if it has none. */
  type: string;
  /** What it holds, in words. */
  text: string;
  /** The number in its name. */
  id: bigint | null;
  entries: number;
  /** It has no entries: memory, or another program's format. */
  raw: boolean;
  version: number;
  bigEndian: boolean;
  error: CheckpointError | null;
}

/** Why a metadata file cannot be read or written; the message begins with Go's text. */
export class CheckpointError extends Error {
  private constructor();
  override readonly name: 'CheckpointError';
  /**
   * Not JSON, a value of the wrong type, an unreadable time, or a limit of this package. Of CRIU images also: it has no
   * magic number of one, is of another type than its name says, has no entries, or is damaged.
   */
  readonly kind:
    'syntax' | 'type' | 'time' | 'limit' | 'no-image' | 'other-type' | 'raw' | 'damaged';
  /** Of CRIU images: the entry, from 0. */
  readonly entry?: number;
  /**
   * In bytes from 0: of the offending byte or token, or the length of the input at an unexpected
   * end; -1 if the error is not about a text.
   */
  readonly offset: number;
  /** Stable id of the rule that is broken, for example `CKP100`. */
  readonly rule: string;
  /** The Go package's text alone. */
  readonly goMessage: string;
  /** Length of the offending token in bytes. */
  readonly length: number;
  /** What stands there, in words. */
  readonly found: string;
  /** What should stand there, in words. */
  readonly expected: string;
  /** The offset in Go's error, which counts the bytes read; -1 where Go has none. */
  readonly goOffset: number;
  /** Line of the offset, from 1; 0 if the error is not about a text. */
  readonly line: number;
  /** Column of the offset in code points, from 1; 0 if the error is not about a text. */
  readonly column: number;
  /** JSON pointer (RFC 6901) of the value, with the names as the text spells them. */
  readonly pointer: string;
  /**
   * After decode and document: the value as far as Go fills it after a type or time error. It has
   * the type that decode would have given, and can be encoded. Otherwise undefined.
   */
  readonly partial: unknown;
}
