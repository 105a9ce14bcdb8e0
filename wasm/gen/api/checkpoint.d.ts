// SPDX-License-Identifier: Apache-2.0
import type { Gap, Mount, NamespaceContent, OpenFile, Process, Socket } from './dump.js';
import type { CheckpointError } from './index.js';
import type { Kind, KindMap } from './model.js';

/** A Blob or File. */
export interface BlobLike {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Bytes that are read where they are asked for. */
export interface Source {
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer are fine, none mean that there are no more. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** An AbortSignal. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/** How far reading has come. */
export interface Progress {
  /** Position in the source, in bytes. */
  read: number;
  /** Size of the source in bytes; 0 for a stream. */
  size: number;
  /** Members found so far. */
  members: number;
}

/**
 * What stops the reading of hostile archives. Bytes, unless it says otherwise. Those marked * are for all
 * archives of a checkpoint together.
 */
export interface ArchiveLimits {
  /** * Members, 1 000 000 by default. */
  maxMembers?: number;
  /** * Of all lists of members, 80 MiB by default: half a million; long names count four times. */
  maxTable?: number;
  /** * Of all metadata files, 64 MiB by default. */
  maxKeptSum?: number;
  /** * Archives inside, 4096 by default. */
  maxArchives?: number;
  /**
   * * That decompressing and the holes of sparse members may give beyond 200 times the bytes that were
   * read; 2 GiB by default.
   */
  maxOutput?: number;
  /** Of one metadata file, 16 MiB by default. */
  maxKept?: number;
  /** Of one name or link target. */
  maxName?: number;
  /** Of one extended header. */
  maxPax?: number;
  /** Bytes kept per compressed byte, 1000 by default. */
  maxRatio?: number;
  /** Bytes that are kept whatever the ratio, 1 MiB by default. */
  ratioFloor?: number;
  /** Of the window of a compressed stream, 128 MiB by default; 144 MiB at most, more counts as that. */
  maxWindow?: number;
  /** Archives inside archives, 4 by default. */
  maxDepth?: number;
}

export interface OpenOptions {
  /** File name, for messages. */
  name?: string;
  /** Called now and then while the archive is read. */
  onProgress?: (progress: Progress) => void;
  /** Stops reading: openCheckpoint rejects with the signal's reason. */
  signal?: AbortSignalLike;
  limits?: ArchiveLimits;
  /**
   * What is kept of an archive that cannot be read in place: what `dump({texts: false})` needs, or all that
   * `dump()` needs, which then does not read it once more.
   */
  keep?: 'images' | 'processes';
  /**
   * What the memory will be searched for: of an archive that cannot be read in place, it is searched while that is
   * opened. Then `memory.search()` with the same query and options has it, and reads nothing more.
   */
  search?: { query: object; options?: object };
  /** The SHA-256 of the file is wanted in reports: of what is read whole, as compressed files are. */
  hash?: boolean;
}

export type MemberType =
  'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo' | 'other';

/** One member of an archive. */
export interface Member {
  index: number;
  /** Without leading `./` and trailing `/`; bytes that are not UTF-8 are U+FFFD. Do not use it as a path. */
  name: string;
  /** As it stands in the archive. */
  rawName: string;
  /** As it stands in the archive. */
  nameBytes: Uint8Array;
  type: MemberType;
  /** The type byte of the header. */
  typeflag: string;
  dialect: 'v7' | 'ustar' | 'gnu' | 'star';
  /** Of the content, in bytes. */
  size: number;
  /** Bytes in the archive; fewer than size if it is sparse. */
  storedSize: number;
  /** As written: mask with 0o7777. */
  mode: number;
  /** Seconds since 1970. */
  mtime: number;
  mtimeNsec: number;
  uid: number;
  gid: number;
  uname: string;
  gname: string;
  /** Target of a link, else ''. */
  link: string;
  devMajor: number;
  devMinor: number;
  /** In the tar, that is, after the decompressor. */
  headerOffset: number;
  dataOffset: number;
  /** wanted, tooBig, pax, longName, sparse, … */
  flags: string[];
  /** What is remarkable about the name: absolute, dotdot, control, seen, … */
  nameFlags: string[];
  /** Extended attributes. */
  xattrs: { name: string; value: Uint8Array }[];
}

/** The members of an archive, in its order. */
export interface Members extends Iterable<Member> {
  readonly length: number;
  /** The first member of this name. */
  find(name: string): Member | undefined;
}

/** Compressions by their magic bytes; gzip and zstd are read, the others only recognised. */
export type Compression =
  'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4' | 'lzip' | 'compress' | 'unknown';

/** Why an archive could not be read to its end. */
export class ArchiveError extends Error {
  private constructor();
  override readonly name: 'ArchiveError';
  /** not-tar, truncated-member, corrupt-stream, limit-members, … */
  readonly code: string;
  /** What stopped the reading: wrong or missing bytes, a limit, or something that is no archive or compressed in
   * a way that is not known. */
  readonly stop: 'damage' | 'limit' | 'unreadable';
  /** In the tar; for a damaged compressed stream, in the source. */
  readonly offset: number;
  /** Of a truncated thing: bytes there are. */
  readonly have: number;
  /** Of a truncated thing: bytes there should be. */
  readonly want: number;
  /** Index of the member concerned. */
  readonly member: number | undefined;
}

/**
 * There was not enough memory, or too much to do. It says nothing about the checkpoint: the same call may
 * succeed later.
 */
export class ResourceError extends Error {
  private constructor();
  override readonly name: 'ResourceError';
  /** memory: there is none; busy: others that use it went on for too long. */
  readonly code: 'memory' | 'busy';
  readonly retryable: true;
}

/** What holds a checkpoint. */
export type Form =
  | 'archive'
  | 'directory'
  | 'oci-layout'
  | 'docker-archive'
  | 'criu-directory'
  | 'pod'
  | 'containerd-ctr'
  | 'unknown';

export type EngineName = 'podman' | 'cri-o' | 'containerd' | 'docker' | 'runc' | 'unknown';

/** One thing by which an engine is known. */
export interface Evidence {
  /** The member that says so. */
  file: string;
  /** Where in it, as a JSON pointer without escapes. */
  pointer?: string;
  text: string;
}

/** One interface of a container in a network. */
export interface NetworkInterface {
  name: string;
  /** `ip` with the length of the prefix. */
  subnets: { ip: string; gateway?: string }[];
  mac?: string;
}

/** What a checkpoint is. Strings are those that the reference tool shows; what is unknown is absent. */
export interface Summary {
  form: Form;
  engine: { name: EngineName; display: string; evidence: Evidence[] };
  container: {
    name?: string;
    id?: string;
    image?: string;
    imageRef?: string;
    runtime?: string;
    /** RFC 3339; seconds, but for CRI-O, whose own text it is. */
    created?: string;
    checkpointed?: string;
    restored?: string;
    namespace?: string;
    pod?: string;
    /** All addresses, joined by `, `. */
    ip?: string;
    mac?: string;
  };
  /** Sorted by name. */
  networks?: { name: string; interfaces: NetworkInterface[] }[];
  /** Bytes: of the archive as it lies there, and of the members in it. */
  sizes: {
    archive: number;
    /** Everything below checkpoint/, with pages. */
    checkpoint: number;
    pages: number;
    gpuPages: number;
    rootfsDiff: number;
    volumes: number;
    devshm: number;
    logs: number;
    other: number;
  };
  /** Indexes of the members that are archives of the container's files: rootfs-diff.tar … */
  inside: number[];
  /** CRIU's statistics of the dump: times in microseconds, counts of pages. From 2^53 on strings. */
  statistics?: { [field: string]: number | string };
  metadata?: { podName?: string; namespace?: string; annotations: { [key: string]: string } };
  mounts?: { destination: string; type: string; source: string }[];
}

/** A decoded metadata file, or why it could not be decoded. */
export type DecodedFile<K extends Kind = Kind> =
  | { kind: K; value: KindMap[K]; error?: undefined }
  | { kind: K; error: CheckpointError; value?: undefined };

/** The members of an archive inside an archive. */
export interface Listing {
  members: Members;
  compression: Compression | undefined;
  error: ArchiveError | null;
}

export interface ReadOptions {
  /** First byte of the member that is wanted. */
  start?: number;
  /** The byte after the last. */
  end?: number;
  /** The member is in this one, which is an archive itself. */
  inside?: string | Member;
  signal?: AbortSignalLike;
}

/** A part of a member. */
export interface Range<Tag = undefined> {
  /** Its name (the last regular file that is called so counts), its index, or the member itself. */
  member: string | number | Member;
  /** Of the first byte in the member, 0 by default. */
  offset?: number;
  /** In bytes: all that follows by default, and never more than there is. */
  length?: number;
  /** Comes back with the bytes. */
  tag?: Tag;
}

/** Some bytes of a range; those of one range come in order. */
export interface RangePiece<Tag = undefined> {
  tag: Tag;
  /** Index of the member. */
  member: number;
  /** Where the bytes are in the member. */
  offset: number;
  /** None for a range that is empty. */
  bytes: Uint8Array;
  /** The range is complete. */
  last: boolean;
}

/** An opened checkpoint. */
export class Checkpoint {
  private constructor();
  /** File name, or ''. */
  readonly name: string;
  readonly form: Form;
  /** Of the outermost archive; undefined if nothing was read. */
  readonly compression: Compression | undefined;
  /**
   * Bytes of the tar archive (of an image: the layer's) without compression, with its end mark and what follows
   * that. null: a container of a pod, or the archive has no end.
   */
  readonly tarSize: number | null;
  /** Of an image, the members of the layer with the checkpoint. */
  readonly members: Members;
  /** Content of the metadata files, by their names; the log of CRIU only from its last 64 KiB. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The metadata files that have a kind, by their names. */
  readonly documents: { readonly [K in Kind]?: DecodedFile<K> };
  readonly summary: Summary;
  /** Why reading stopped early, or null: what came before is here. */
  readonly error: ArchiveError | null;
  /** Of an image: the annotations of its manifest, and the blob that holds the checkpoint. */
  readonly image:
    | {
        annotations: { [key: string]: string };
        layer: string;
        compression: Compression | undefined;
      }
    | undefined;
  /**
   * One member, or a part of it. From an uncompressed archive it is read where it lies; a compressed
   * one is read again, from its start up to the end of what is wanted.
   * @throws RangeError if there is no regular file of this name, or it is larger than `limit` (64 MiB)
   */
  read(name: string | Member, options?: ReadOptions & { limit?: number }): Promise<Uint8Array>;
  /** As `read`, piece by piece and without a limit. */
  stream(name: string | Member, options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined>;
  /**
   * Parts of members, in the order of the archive, whatever the order of the list. What is in a plain
   * archive is read where it lies, together with what is near; of a compressed one there is one pass
   * for all, which ends after the last range. Leaving the loop ends the reading.
   */
  ranges<Tag = undefined>(
    list: Iterable<Range<Tag>>,
    options?: Pick<ReadOptions, 'inside' | 'signal'>,
  ): AsyncGenerator<RangePiece<Tag>, void, undefined>;
  /**
   * Many small members, each whole, in one pass; of several of one name the last.
   * @param which a pattern in which `*` stands for anything but `/`, or a function
   * @throws RangeError if one is larger than `limit` (64 MiB)
   */
  readAll(
    which: string | ((member: Member) => boolean),
    options?: { signal?: AbortSignalLike; limit?: number },
  ): AsyncGenerator<{ member: Member; bytes: Uint8Array }, void, undefined>;
  /** The members of a member that is an archive itself, such as rootfs-diff.tar. */
  list(name: string | Member, options?: { signal?: AbortSignalLike }): Promise<Listing>;
  /**
   * The bytes of the archive itself, decompressed, or with `stored` as they lie there. Of an image, those of
   * the layer that holds the checkpoint; of a folder, the archive that it would make.
   * @throws ArchiveError where the archive is damaged
   */
  tar(options?: {
    stored?: boolean;
    /** Those of this member, whatever it is. */
    inside?: string | Member;
    signal?: AbortSignalLike;
  }): AsyncGenerator<Uint8Array, void, undefined>;
  /** The containers of a pod, or the checkpoint in an image; else none. */
  containers(): Promise<Checkpoint[]>;
  /**
   * What is in the images of the processes: reads them, and as much of the memory as command lines and
   * environments need. Images that are missing or damaged cost only what depends on them: `gaps` of the
   * dump says where and why.
   */
  dump(options?: DumpOptions): Promise<Dump>;
  /** Closes the file, if one is open. Containers are closed with it. `await using` does it, too. */
  close(): Promise<void>;
}

export interface DumpOptions {
  /** Of an incremental dump, those before it, the latest first. */
  previous?: Checkpoint | Checkpoint[];
  /** false: without command lines and environments, which are in the memory. */
  texts?: boolean;
  signal?: AbortSignalLike;
}

/** What is in the images of the processes. */
export interface Dump {
  /** All processes, parents before their children. */
  readonly processes: Process[];
  /** A process and those below it; 0: all. */
  processesBelow(pid: number): Process[];
  /** The open files, of one process or of all. */
  files(pid?: number): OpenFile[];
  /** The sockets, of one process or of all. */
  sockets(pid?: number): Socket[];
  /** The mounts, of the namespace of one process or of all. */
  mounts(pid?: number): Mount[];
  /**
   * The namespaces, of one process or of all, and what is in them: network devices and routes, System V objects, host
   * names, clocks, id maps.
   */
  namespaces(pid?: number): NamespaceContent[];
  /** What is not known because images are missing or damaged: as far as was looked at. */
  readonly gaps: Gap[];
  /** Frees the memory. */
  close(): void;
}
