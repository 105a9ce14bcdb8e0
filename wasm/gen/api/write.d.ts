// SPDX-License-Identifier: Apache-2.0
import type { Checkpoint } from './checkpoint.js';

/** How what is written is compressed. */
export type WriteCompression = 'none' | 'gzip';

/** A part of an image. */
export interface Descriptor {
  mediaType: string;
  /** `sha256:…` */
  digest: string;
  /** In bytes. */
  size: number;
}

/** How an image is made. */
export interface BuildOptions {
  /** As Go spells it; without it that of the processes. */
  architecture?: string;
  /** Name of the image. */
  tag?: string;
  /** RFC 3339: when it was made. */
  created?: string;
  /** Of the layer; `none` by default. */
  compress?: WriteCompression;
}

/** An image. */
export interface BuiltImage {
  manifest: Descriptor;
  config: Descriptor;
  /** The checkpoint; `diffId` is the digest of its decompressed bytes. */
  layer: Descriptor & { diffId: string };
  architecture: string;
  /** Of the manifest, by which engines know the checkpoint. */
  annotations: Record<string, string>;
  /** The bytes of a tar archive with an OCI layout. */
  tar(): AsyncGenerator<Uint8Array>;
}

/**
 * Makes an OCI image of a checkpoint. The same checkpoint gives the same bytes.
 * @throws TypeError if an option is wrong, or nothing tells the architecture
 */
export function build(checkpoint: Checkpoint, options?: BuildOptions): Promise<BuiltImage>;

/** Where merged pages are put down until they are read again. */
export interface Spool {
  write(bytes: Uint8Array, position: number): void;
  read(position: number, length: number): Uint8Array;
}

/** What is changed. */
export interface ConvertOptions {
  /** Dialect of the page maps: of CRIU up to 4.1.1, or from 4.2 on. */
  criu?: '4.1' | '4.2';
  /** Of TCP sockets that listen: the new port by the old one. */
  ports?: Map<number, number>;
  /** Of sockets: the new address by the old one. */
  addresses?: Map<string, string>;
  /** Dumps before an incremental one, the latest first, to be merged with it. */
  previous?: Checkpoint[];
  /** For merged pages; in memory by default. */
  spool?: Spool;
  /** `none` by default. */
  compress?: WriteCompression;
}

/** An archive that was converted. */
export interface Converted {
  changed: { member: string; entries: number }[];
  /** The bytes of the archive. */
  tar(): AsyncGenerator<Uint8Array>;
}

/** What cannot be converted, and where. */
export class ConversionError extends Error {
  constructor(message: string);
}

/**
 * Changes images of CRIU; all other members stay byte by byte as they are.
 * @throws {@link ConversionError} where that is not possible
 */
export function convert(checkpoint: Checkpoint, options: ConvertOptions): Promise<Converted>;

/** How a copy is made. */
export interface RedactOptions {
  /** What is left out. */
  drop?: ('memory' | 'rootfs' | 'volumes')[];
  /** `none` by default. */
  compress?: WriteCompression;
}

/** A secret that was overwritten; never the value. */
export interface Cut {
  kind: string;
  name: string;
  member: string;
  offset: number;
  length: number;
}

/** A copy without secrets. */
export interface RedactedCopy {
  /** As `ckpt redact --format json` prints it. */
  manifest: {
    version: 1;
    dropped: { member: string; size: number }[];
    /** What the copy cannot do any more. */
    lost: string[];
    cut: Cut[];
    recompressed: string[];
    notLookedInto: { member: string; why: string }[];
    tooShort: number;
  };
  /** The bytes of the archive. */
  tar(): AsyncGenerator<Uint8Array>;
  /** What is left in the copy, once it is opened: to be empty. */
  left(copy: Checkpoint): Promise<Cut[]>;
}

/** Makes a copy of a checkpoint without the secrets in it. */
export function redact(checkpoint: Checkpoint, options?: RedactOptions): Promise<RedactedCopy>;
